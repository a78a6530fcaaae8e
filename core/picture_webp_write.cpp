// SPDX-License-Identifier: MIT
#include <webp/decode.h>
#include <webp/encode.h>

#include <memory>

#include "core/error.h"
#include "core/picture_encoders.h"

namespace pincel {
namespace {

void append_little(std::string& bytes, std::size_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

// A RIFF chunk, filled up to an even length.
std::string webp_chunk(std::string_view name, std::string_view body) {
  std::string bytes(name);
  append_little(bytes, body.size(), 4);
  bytes += body;
  if (body.size() % 2 != 0) bytes += '\0';
  return bytes;
}

std::string encoded(const PixelRows& pixels, int fidelity) {
  constexpr int kMaxSide = 16383;
  require(pixels.width <= kMaxSide && pixels.height <= kMaxSide, ExitCode::bad_value,
          "a WebP has sides of at most {} pixels, not {}x{}", kMaxSide, pixels.width,
          pixels.height);
  struct Free {
    void operator()(std::uint8_t* bytes) const { WebPFree(bytes); }
  };
  std::uint8_t* made = nullptr;
  const int stride = pixels.width * pixels.channels;
  const bool has_alpha = pixels.channels == 4;
  const auto* samples = pixels.samples.data();
  std::size_t size = 0;
  if (fidelity == 100) {
    const auto encode = has_alpha ? WebPEncodeLosslessRGBA : WebPEncodeLosslessRGB;
    size = encode(samples, pixels.width, pixels.height, stride, &made);
  } else {
    const auto encode = has_alpha ? WebPEncodeRGBA : WebPEncodeRGB;
    size =
        encode(samples, pixels.width, pixels.height, stride, static_cast<float>(fidelity), &made);
  }
  const std::unique_ptr<std::uint8_t, Free> guard(made);
  require(size > 20, ExitCode::memory, "no memory to encode a picture of {}x{}", pixels.width,
          pixels.height);
  return {reinterpret_cast<const char*>(made), size};
}

bool has_transparency(const std::string& webp) {
  WebPBitstreamFeatures features{};
  const auto* data = reinterpret_cast<const std::uint8_t*>(webp.data());
  return WebPGetFeatures(data, webp.size(), &features) == VP8_STATUS_OK && features.has_alpha != 0;
}

}  // namespace

// "RIFF", size, "WEBP", an extended header where there is more than one chunk, then the chunks of
// the picture and its texts.
std::string webp_bytes(const PixelRows& pixels, int fidelity, const PictureBlocks& blocks) {
  constexpr std::size_t kHeader = 12;
  constexpr std::size_t kExtendedHeader = 18;
  std::string plain = encoded(pixels, fidelity);
  if (blocks.exif.empty() && blocks.xmp.empty()) return plain;
  std::string_view chunks = std::string_view(plain).substr(kHeader);
  if (chunks.starts_with("VP8X")) chunks.remove_prefix(kExtendedHeader);  // it is written anew
  std::string about;
  append_little(about,
                (has_transparency(plain) ? 16U : 0U) | (blocks.exif.empty() ? 0U : 8U) |
                    (blocks.xmp.empty() ? 0U : 4U),
                4);
  append_little(about, static_cast<std::size_t>(pixels.width) - 1, 3);
  append_little(about, static_cast<std::size_t>(pixels.height) - 1, 3);
  std::string body = "WEBP";
  body += webp_chunk("VP8X", about);
  body += chunks;
  if (!blocks.exif.empty()) body += webp_chunk("EXIF", blocks.exif);
  if (!blocks.xmp.empty()) body += webp_chunk("XMP ", blocks.xmp);
  return webp_chunk("RIFF", body);
}

}  // namespace pincel
