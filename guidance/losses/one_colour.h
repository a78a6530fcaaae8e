// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <string>

#include "core/palette.h"

namespace pincel {

// The colour that an option names, in [0, 1]; Error (bad value) naming the option. -> [1, 3, 1, 1]
inline at::Tensor one_colour(const std::string& text, const std::string& option) {
  return palette_tensor({parse_colour(text, option)}).view({1, 3, 1, 1});
}

}  // namespace pincel
