// SPDX-License-Identifier: MIT
#include <webp/decode.h>

#include "core/byte_order.h"
#include "core/error.h"
#include "core/picture_codecs.h"

namespace pincel {
namespace {

// Orientation from the EXIF chunk of a RIFF file, 1 where there is none; a profile or text in a
// chunk of its own is no larger than it may be.
int inspect_chunks(std::string_view bytes, const std::string& source) {
  int orientation = 1;
  std::size_t at = 12;  // "RIFF", size, "WEBP"
  while (at + 8 <= bytes.size()) {
    const std::size_t length = little_endian(bytes.substr(at + 4, 4));
    const std::string_view type = bytes.substr(at, 4);
    const bool is_picture = type == "VP8 " || type == "VP8L" || type == "ALPH";
    if (!is_picture) expect_side_bytes(length, source);
    if (length > bytes.size() - at - 8) return orientation;
    if (type == "EXIF") orientation = exif_orientation(bytes.substr(at + 8, length));
    at += 8 + length + length % 2;
  }
  return orientation;
}

void check(VP8StatusCode status, const std::string& source) {
  if (status == VP8_STATUS_OK) return;
  require(status != VP8_STATUS_OUT_OF_MEMORY, ExitCode::memory, "{}: no memory to decode it",
          source);
  require(status != VP8_STATUS_NOT_ENOUGH_DATA, ExitCode::bad_data,
          "{}: is truncated (the WebP ends too early)", source);
  fail(ExitCode::bad_data, "{}: is damaged (WebP error {})", source, static_cast<int>(status));
}

}  // namespace

PixelRows decode_webp(std::string_view bytes, const std::string& source, int& orientation) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPDecoderConfig config{};
  require(WebPInitDecoderConfig(&config) != 0, ExitCode::internal, "libwebp is of another version");
  check(WebPGetFeatures(data, bytes.size(), &config.input), source);
  require(config.input.has_animation == 0, ExitCode::bad_data,
          "{}: is animated, expected one picture", source);
  expect_picture_size(config.input.width, config.input.height, source);
  orientation = inspect_chunks(bytes, source);
  const bool has_alpha = config.input.has_alpha != 0;
  PixelRows picture{config.input.width, config.input.height, has_alpha ? 4 : 3};
  const std::size_t area =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  const std::size_t output = area * static_cast<std::size_t>(picture.channels);
  // A lossless picture is kept whole a second time while it is decoded.
  constexpr int kLossy = 1;
  expect_decode_bytes(bytes.size(), output + (config.input.format == kLossy ? area / 4 : area * 4),
                      source);
  picture.samples.resize(output);
  config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {picture.samples.data(), picture.width * picture.channels, output};
  check(WebPDecode(data, bytes.size(), &config), source);
  return picture;
}

}  // namespace pincel
