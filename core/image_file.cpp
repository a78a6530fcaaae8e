// SPDX-License-Identifier: MIT
#include "core/image_file.h"

#include <torch/torch.h>

#include <cstring>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/picture_write.h"

namespace pincel {

Picture to_picture(const at::Tensor& image) {
  const torch::NoGradGuard no_grad;
  at::Tensor one = image.detach();
  TORCH_CHECK(one.is_floating_point(), "image must be of floating point");
  if (one.dim() == 4) {
    TORCH_CHECK(one.size(0) == 1, "expected one image, got a batch of ", one.size(0));
    one = one[0];
  }
  TORCH_CHECK(one.dim() == 3 && one.size(0) == 3 && one.size(1) > 0 && one.size(2) > 0,
              "image must be [1, 3, H, W] or [3, H, W], is ", image.sizes());
  one = one.to(torch::kCPU, torch::kFloat);  // [3, H, W]
  require(!one.isnan().any().item<bool>(), ExitCode::bad_data,
          "the picture holds values that are not numbers (NaN) and is not written");
  const at::Tensor bytes = (one.clamp(0, 1) * 255).round().to(torch::kUInt8).permute({1, 2, 0});
  const at::Tensor rows = bytes.contiguous();  // [H, W, 3]
  Picture picture;
  picture.width = static_cast<int>(rows.size(1));
  picture.height = static_cast<int>(rows.size(0));
  const auto* first = rows.const_data_ptr<std::uint8_t>();
  picture.rgb.assign(first, first + rows.numel());
  return picture;
}

at::Tensor from_picture(const Picture& picture) {
  const torch::NoGradGuard no_grad;
  const at::Tensor bytes = torch::empty({picture.height, picture.width, 3}, torch::kUInt8);
  TORCH_CHECK(static_cast<std::size_t>(bytes.numel()) == picture.rgb.size(), "picture holds ",
              picture.rgb.size(), " bytes, expected ", bytes.numel());
  std::memcpy(bytes.data_ptr(), picture.rgb.data(), picture.rgb.size());
  return bytes.permute({2, 0, 1}).unsqueeze(0).to(torch::kFloat).div_(255).contiguous();
}

at::Tensor read_image(const std::filesystem::path& path) {
  return from_picture(decode_picture(path));
}

void write_image(const std::filesystem::path& path, const at::Tensor& image,
                 const std::vector<PngText>& texts) {
  const std::string format = format_of_name(path);
  require(!format.empty(), ExitCode::bad_value,
          "{}: cannot write pictures as '{}', expected .png, .jpg, .jpeg or .webp", path.string(),
          path.extension().string());
  write_file_atomically(path, encode_picture(image, {.name = format}, texts));
}

}  // namespace pincel
