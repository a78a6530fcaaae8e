// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "scenes/layout.h"
#include "scenes/things.h"

namespace pincel {

// One of many true sentences about the scene.
std::string write_caption(const Layout& layout, const std::vector<Thing>& things, Language language,
                          Dice& dice);

}  // namespace pincel
