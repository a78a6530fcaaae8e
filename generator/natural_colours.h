// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// Three numbers that vary alike and apart <-> red, green and blue as they vary together in natural
// pictures: the first is mostly brightness (Olah, Mordvintsev and Schubert 2017). Differentiable.
class NaturalColours {
 public:
  // `colours` divides the first number's weight: above 1, hues stand out more.
  NaturalColours(double colours, const at::Device& device);

  at::Tensor picture(const at::Tensor& plane) const;  // [B, 3, H, W], any numbers -> (0, 1)
  at::Tensor plane(const at::Tensor& picture) const;  // its inverse; 0 and 1 count as almost so

 private:
  at::Tensor mix_, unmix_;  // [3, 3], float32
};

}  // namespace pincel
