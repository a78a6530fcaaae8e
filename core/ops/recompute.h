// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace pincel::ops {

using PictureWork = std::function<at::Tensor(const at::Tensor& x)>;

// work(x), of which nothing but x is kept for the way back: there it is done once more, in the
// precision of now (Chen et al. 2016). `known` is its value, where that has been computed already.
at::Tensor recomputed(const PictureWork& work, const at::Tensor& x, const at::Tensor& known = {});

// While it lives, whatever asks spares_memory() on this thread keeps its inputs alone.
class SparedMemory {
 public:
  explicit SparedMemory(bool is_wished);
  ~SparedMemory();
  SparedMemory(const SparedMemory&) = delete;
  SparedMemory& operator=(const SparedMemory&) = delete;

 private:
  bool was_wished_;
};
bool spares_memory();

// values [B] with a gradient that is known: that of each is its part of slope, which has the shape
// of x [B, ...].
at::Tensor with_slope(const at::Tensor& values, const at::Tensor& x, const at::Tensor& slope);

}  // namespace pincel::ops
