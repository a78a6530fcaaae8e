// SPDX-License-Identifier: MIT
#include "core/transparent_picture.h"

#include <torch/torch.h>

#include <cstring>

#include "core/picture_codecs.h"

namespace pincel {

at::Tensor read_transparent_image(const std::filesystem::path& path) {
  const torch::NoGradGuard no_grad;
  const PixelRows pixels = decode_pixels(path);
  const auto bytes = torch::empty({pixels.height, pixels.width, pixels.channels}, torch::kUInt8);
  std::memcpy(bytes.data_ptr(), pixels.samples.data(), pixels.samples.size());
  const auto image = bytes.permute({2, 0, 1}).unsqueeze(0).to(torch::kFloat).div_(255);
  if (pixels.channels == 4) return image.contiguous();
  return torch::cat({image, torch::ones_like(image.slice(1, 0, 1))}, 1);
}

at::Tensor laid_on_white(const at::Tensor& images) {
  if (images.size(-3) != 4) return images;
  const auto alpha = images.slice(-3, 3);
  return images.slice(-3, 0, 3) * alpha + (1 - alpha);
}

}  // namespace pincel
