// SPDX-License-Identifier: MIT
#include "core/picture_write.h"

#include <torch/torch.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "core/image_file.h"
#include "core/picture_encoders.h"
#include "core/picture_text.h"
#include "core/png_chunks.h"
#include "core/transparent_picture.h"

namespace pincel {
namespace {

struct Suffix {
  std::string_view text;
  std::string_view format;
};
constexpr Suffix kSuffixes[] = {
    {".png", "png"}, {".jpg", "jpeg"}, {".jpeg", "jpeg"}, {".webp", "webp"}};

// One picture of 3 channels, or of 4 with alpha.
at::Tensor single_image(const at::Tensor& image) {
  const auto one = image.detach().dim() == 4 ? image.detach()[0] : image.detach();
  TORCH_CHECK(image.dim() != 4 || image.size(0) == 1, "expected one image, got a batch of ",
              image.size(0));
  return one;
}

PixelRows to_pixel_rows(const at::Tensor& one) {
  const Picture picture = to_picture(one.slice(0, 0, 3));
  if (one.size(0) != 4) return {picture.width, picture.height, 3, picture.rgb};
  const at::Tensor alpha = one[3].to(torch::kCPU, torch::kFloat);
  require(!alpha.isnan().any().item<bool>(), ExitCode::bad_data,
          "the picture's alpha holds values that are not numbers (NaN); it is not written");
  const at::Tensor levels = (alpha.clamp(0, 1) * 255).round().to(torch::kUInt8).contiguous();
  const auto* level = levels.const_data_ptr<std::uint8_t>();
  PixelRows rows{picture.width, picture.height, 4};
  rows.samples.reserve(picture.rgb.size() / 3 * 4);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    const auto pixel = picture.rgb.begin() + static_cast<std::ptrdiff_t>(i);
    rows.samples.insert(rows.samples.end(), pixel, pixel + 3);
    rows.samples.push_back(*level++);
  }
  return rows;
}

// to_pixel_rows() has looked at the image already.
std::string deep_png(const at::Tensor& one, const std::vector<PngText>& texts) {
  const auto levels = (one.to(torch::kCPU, torch::kDouble).clamp(0, 1) * 65535).round();
  const auto rows = levels.permute({1, 2, 0}).to(torch::kInt).contiguous();  // [H, W, 3 or 4]
  const auto* first = rows.const_data_ptr<int>();
  std::vector<std::uint16_t> samples;
  samples.reserve(static_cast<std::size_t>(rows.numel()));
  std::transform(first, first + rows.numel(), std::back_inserter(samples),
                 [](int level) { return static_cast<std::uint16_t>(level); });
  return with_png_texts(
      png_bytes_of_16_bits(samples, static_cast<int>(rows.size(1)), static_cast<int>(rows.size(0)),
                           static_cast<int>(rows.size(2))),
      texts);
}

}  // namespace

std::string format_of_name(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  for (const auto& [text, format] : kSuffixes) {
    if (text == suffix) return std::string(format);
  }
  return "";
}

std::string suffix_of_format(std::string_view format) {
  for (const auto& [text, name] : kSuffixes) {
    if (name == format) return std::string(text);
  }
  fail(ExitCode::internal, "pictures are not written as '{}'", format);
}

std::string encode_picture(const at::Tensor& image, const PictureFormat& format,
                           const std::vector<PngText>& texts) {
  const bool is_png = format.name == "png";
  require(format.depth == 8 || (format.depth == 16 && is_png), ExitCode::bad_value,
          "a {} of {} bits a channel cannot be written, expected {}", format.name, format.depth,
          is_png ? "8 or 16" : "8 (a PNG can have 16)");
  require(format.fidelity >= 1 && format.fidelity <= 100, ExitCode::bad_value,
          "fidelity {} is not within 1 to 100", format.fidelity);
  const auto fidelity = static_cast<int>(format.fidelity);
  PictureBlocks blocks;
  if (!is_png && !texts.empty()) blocks = {exif_block(texts), xmp_packet(texts)};
  if (format.name == "jpeg") return jpeg_bytes(to_picture(laid_on_white(image)), fidelity, blocks);
  const at::Tensor one = single_image(image);
  const PixelRows rows = to_pixel_rows(one);
  if (!is_png) return webp_bytes(rows, fidelity, blocks);
  if (format.depth == 16) return deep_png(one, texts);
  return encode_png(rows.samples.data(), rows.width, rows.height, rows.channels, texts);
}

}  // namespace pincel
