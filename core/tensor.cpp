// SPDX-License-Identifier: MIT
#include "core/tensor.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>

#include "core/error.h"

namespace pincel {

void expect_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> shape,
                  const char* name) {
  const auto sizes = tensor.sizes();
  const bool same = sizes.size() == shape.size() &&
                    std::equal(shape.begin(), shape.end(), sizes.begin(),
                               [](auto want, auto have) { return want == -1 || want == have; });
  TORCH_CHECK(same, name, " is ", sizes, ", expected ", at::IntArrayRef(shape));
}

void expect_image(const at::Tensor& image) {
  expect_shape(image, {-1, 3, -1, -1}, "image");
  TORCH_CHECK(image.is_floating_point(), "image is ", image.scalar_type(), ", expected floats");
}

bool has_cuda() { return torch::cuda::is_available(); }

at::Device pick_device(const std::string& name) {
  if (name == "cpu") return at::Device(at::kCPU);
  if (name == "auto") return has_cuda() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  const bool indexed =
      name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 8 &&
      std::all_of(name.begin() + 5, name.end(), [](char c) { return c >= '0' && c <= '9'; });
  require(name == "cuda" || indexed, ExitCode::bad_value,
          "device: '{}' is not known; expected auto, cpu, cuda or cuda:N", name);
  const int index = indexed ? std::stoi(name.substr(5)) : 0;
  require(has_cuda() && index < static_cast<int>(torch::cuda::device_count()), ExitCode::device,
          "device: '{}' is not available here; use --device cpu", name);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

Autocast::Autocast(const at::Device& device, at::ScalarType dtype)
    : device_(device.type()),
      was_enabled_(at::autocast::is_autocast_enabled(device_)),
      was_dtype_(at::autocast::get_autocast_dtype(device_)) {
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device_, dtype != at::kFloat);
  if (dtype != at::kFloat) at::autocast::set_autocast_dtype(device_, dtype);
}

Autocast::~Autocast() {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, was_enabled_);
  at::autocast::set_autocast_dtype(device_, was_dtype_);
}

at::ScalarType dtype_named(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  if (name == "float16") return at::kHalf;
  fail(ExitCode::bad_value, "precision: '{}' is not known; expected float32, bfloat16 or float16",
       name);
}

bool cpu_has_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace pincel
