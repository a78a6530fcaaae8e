// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <string>

namespace pincel {

// Broken contract (c10::Error) unless the tensor has this shape; -1 stands for any length.
void expect_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> shape,
                  const char* name);

// Broken contract unless [B, 3, H, W] of floating point.
void expect_image(const at::Tensor& image);

// "auto" (CUDA where there is one, else CPU), "cpu", "cuda" or "cuda:1". Error (device, 69) when
// the wished one is not there.
at::Device pick_device(const std::string& name);

// "cpu" is 0 GPUs: whether this build and machine can use CUDA.
bool has_cuda();

// While it lives, matrix products and convolutions on `device` run in `dtype` (bfloat16 or
// half); float32 means off. Losses and optimisers stay in float32 outside of it.
class Autocast {
 public:
  Autocast(const at::Device& device, at::ScalarType dtype);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool was_enabled_;
  at::ScalarType was_dtype_;
};

// "float32", "bfloat16" or "float16"; Error (bad value) otherwise.
at::ScalarType dtype_named(const std::string& name);

// Whether this CPU has bfloat16 dot-product instructions (AVX512-BF16 or AMX).
bool cpu_has_bfloat16();

}  // namespace pincel
