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

namespace pincel {
namespace {

struct Suffix {
  std::string_view text;
  std::string_view format;
};
constexpr Suffix kSuffixes[] = {
    {".png", "png"}, {".jpg", "jpeg"}, {".jpeg", "jpeg"}, {".webp", "webp"}};

// to_picture() has looked at the image already.
std::string deep_png(const at::Tensor& image, const std::vector<PngText>& texts) {
  const auto one = image.detach().dim() == 4 ? image.detach()[0] : image.detach();
  const auto levels = (one.to(torch::kCPU, torch::kDouble).clamp(0, 1) * 65535).round();
  const auto rows = levels.permute({1, 2, 0}).to(torch::kInt).contiguous();  // [H, W, 3]
  const auto* first = rows.const_data_ptr<int>();
  std::vector<std::uint16_t> samples;
  samples.reserve(static_cast<std::size_t>(rows.numel()));
  std::transform(first, first + rows.numel(), std::back_inserter(samples),
                 [](int level) { return static_cast<std::uint16_t>(level); });
  return with_png_texts(
      png_bytes_of_16_bits(samples, static_cast<int>(rows.size(1)), static_cast<int>(rows.size(0))),
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
  const Picture picture = to_picture(image);
  if (is_png && format.depth == 16) return deep_png(image, texts);
  if (is_png) return encode_png(picture.rgb.data(), picture.width, picture.height, 3, texts);
  PictureBlocks blocks;
  if (!texts.empty()) blocks = {exif_block(texts), xmp_packet(texts)};
  const auto fidelity = static_cast<int>(format.fidelity);
  return format.name == "jpeg" ? jpeg_bytes(picture, fidelity, blocks)
                               : webp_bytes(picture, fidelity, blocks);
}

}  // namespace pincel
