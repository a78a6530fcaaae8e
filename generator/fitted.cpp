// SPDX-License-Identifier: MIT
#include "generator/fitted.h"

#include <torch/torch.h>

#include <vector>

namespace pincel {

at::Tensor fitted_to(const at::Tensor& images, std::int64_t height, std::int64_t width) {
  namespace F = torch::nn::functional;
  return F::interpolate(images, F::InterpolateFuncOptions()
                                    .size(std::vector<std::int64_t>{height, width})
                                    .mode(torch::kBicubic)
                                    .align_corners(false)
                                    .antialias(true))
      .clamp(0, 1);
}

}  // namespace pincel
