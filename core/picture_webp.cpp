// SPDX-License-Identifier: MIT
#include <webp/decode.h>

#include <utility>

#include "core/error.h"
#include "core/picture_codecs.h"

namespace pincel {
namespace {

// Orientation from the EXIF chunk of a RIFF file; 1 where there is none.
int orientation_of(std::string_view bytes) {
  std::size_t at = 12;  // "RIFF", size, "WEBP"
  while (at + 8 <= bytes.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      length |= static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at + 4 + i])) << (8 * i);
    }
    if (length > bytes.size() - at - 8) return 1;
    if (bytes.substr(at, 4) == "EXIF") return exif_orientation(bytes.substr(at + 8, length));
    at += 8 + length + length % 2;
  }
  return 1;
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
  std::vector<std::uint8_t> rgba(static_cast<std::size_t>(config.input.width) *
                                 static_cast<std::size_t>(config.input.height) * 4);
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {rgba.data(), config.input.width * 4, rgba.size()};
  check(WebPDecode(data, bytes.size(), &config), source);
  orientation = orientation_of(bytes);
  return {config.input.width, config.input.height, 4, std::move(rgba)};
}

}  // namespace pincel
