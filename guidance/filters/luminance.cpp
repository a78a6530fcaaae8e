// SPDX-License-Identifier: MIT
#include "guidance/filters/luminance.h"

#include <torch/torch.h>

#include "core/oklab.h"

namespace pincel {

at::Tensor grey_of(const at::Tensor& images) {
  const auto light = light_from_rgb(images).unbind(1);
  const auto sum = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
  return rgb_from_light(sum).unsqueeze(1).clamp(0, 1);
}

}  // namespace pincel
