// SPDX-License-Identifier: MIT
#pragma once

#include "guidance/guidance.h"

namespace pincel {

// Whether one of the filters wants its pictures drawn so that opposite edges are neighbours.
bool asks_for_seamless(const GuidanceOptions& options);

}  // namespace pincel
