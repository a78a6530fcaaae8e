// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/picture.h"

namespace pincel {

// Pictures in rows of `columns`, each with its label (UTF-8, wrapped to four lines) below it. All
// cells are as large as the largest picture. Labels need the Debian package fonts-dejavu-core;
// without it the cells carry none.
Picture contact_sheet(const std::vector<Picture>& pictures, const std::vector<std::string>& labels,
                      int columns);

}  // namespace pincel
