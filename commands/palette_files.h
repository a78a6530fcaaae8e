// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/settings.h"

namespace pincel {

// Options that hold a palette with "@picture" in it (drawer.palette.colours, filter.lookup.palette
// ...) get the colours themselves: a painting made again does not need the picture.
void read_palette_pictures(const std::vector<Field>& fields);

}  // namespace pincel
