// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace pincel {

// Orthonormal wavelets by name.
inline const std::vector<std::string> kWavelets{"haar", "db2",   "db3",  "db4",
                                                "sym4", "coif1", "coif2"};

// The low-pass half of a wavelet's synthesis filter; the other half is (-1)^k low[L - 1 - k].
std::vector<double> wavelet_filter(const std::string& name);

// Planes <-> coefficients, by an orthonormal transform that goes round at the edges. Coefficients
// lie as Mallat laid them: the quarter at the top left holds the next coarser level.
class WaveletTransform {
 public:
  WaveletTransform(const std::string& name, std::int64_t levels, const at::Device& device);

  // [B, C, H, W] both, H and W multiples of 2^levels. Differentiable, float32.
  at::Tensor plane(const at::Tensor& coefficients) const;
  at::Tensor coefficients(const at::Tensor& plane) const;

 private:
  at::Tensor joined(const at::Tensor& low, const at::Tensor& high, std::int64_t dim) const;
  at::Tensor parted(const at::Tensor& x, std::int64_t dim) const;  // low, then high along dim
  at::Tensor filter(std::int64_t dim) const;
  at::Tensor wrapped(const at::Tensor& x, std::int64_t dim, std::int64_t before,
                     std::int64_t after) const;

  std::int64_t levels_;
  at::Tensor filters_;  // [2, L]: low, high
};

}  // namespace pincel
