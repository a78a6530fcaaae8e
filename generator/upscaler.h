// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace pincel {

struct UpscalerModelImpl;

// A frozen RRDB network (ESRGAN; Wang et al. 2018), as Real-ESRGAN publishes them: pictures come
// out larger and sharper. Width, growth and blocks are read off the file's tensors.
class Upscaler {
 public:
  // RealESRGAN_x4plus.pth, RealESRGAN_x4plus_anime_6B.pth, RealESRGAN_x2plus.pth and their like.
  static Upscaler load(const std::filesystem::path& path, const at::Device& device);

  // [B, 3, H, W] -> about [0, 1], [B, 3, H * factor(), W * factor()]; for a factor below 4, H and W
  // are multiples of 4 / factor().
  at::Tensor enlarge(const at::Tensor& image) const;
  std::int64_t factor() const;

 private:
  explicit Upscaler(std::shared_ptr<UpscalerModelImpl> model) : model_(std::move(model)) {}
  std::shared_ptr<UpscalerModelImpl> model_;
};

}  // namespace pincel
