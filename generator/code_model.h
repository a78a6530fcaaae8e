// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// The networks behind a Vqgan, whose members of the same names say what each does. Frozen.
class CodeModel {
 public:
  virtual ~CodeModel() = default;
  virtual at::Tensor features(const at::Tensor& image) const = 0;  // [B, 3, H, W] -> [B, D, h, w]
  virtual at::Tensor encode(const at::Tensor& image) const = 0;    // [B, 3, H, W] -> [B, D, h, w]
  virtual at::Tensor quantize(const at::Tensor& z) const = 0;      // [B, D, h, w] -> the same
  virtual at::Tensor indices(const at::Tensor& z) const = 0;       // [B, D, h, w] -> [B, h, w]
  virtual at::Tensor lookup(const at::Tensor& indices) const = 0;  // [B, h, w] -> [B, D, h, w]
  virtual at::Tensor decode(const at::Tensor& zq) const = 0;       // [B, D, h, w] -> [B, 3, H, W]
  virtual at::Tensor codebook() const = 0;                         // [Q, D]
  virtual at::Device device() const = 0;
};

}  // namespace pincel
