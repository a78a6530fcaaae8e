// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "generator/painter.h"

namespace pincel {

// Whether an option belongs to a drawer, loss, filter, optimiser or recipe of cutouts that does not
// take part.
bool is_idle(std::string_view option, const PaintOptions& picture);

}  // namespace pincel
