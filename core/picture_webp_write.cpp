// SPDX-License-Identifier: MIT
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
std::string chunk(std::string_view name, std::string_view body) {
  std::string bytes(name);
  append_little(bytes, body.size(), 4);
  bytes += body;
  if (body.size() % 2 != 0) bytes += '\0';
  return bytes;
}

std::string encoded(const Picture& picture, int fidelity) {
  constexpr int kMaxSide = 16383;
  require(picture.width <= kMaxSide && picture.height <= kMaxSide, ExitCode::bad_value,
          "a WebP has sides of at most {} pixels, not {}x{}", kMaxSide, picture.width,
          picture.height);
  struct Free {
    void operator()(std::uint8_t* bytes) const { WebPFree(bytes); }
  };
  std::uint8_t* made = nullptr;
  const int stride = picture.width * 3;
  const std::size_t size =
      fidelity == 100
          ? WebPEncodeLosslessRGB(picture.rgb.data(), picture.width, picture.height, stride, &made)
          : WebPEncodeRGB(picture.rgb.data(), picture.width, picture.height, stride,
                          static_cast<float>(fidelity), &made);
  const std::unique_ptr<std::uint8_t, Free> guard(made);
  require(size > 20, ExitCode::memory, "no memory to encode a picture of {}x{}", picture.width,
          picture.height);
  return {reinterpret_cast<const char*>(made), size};
}

}  // namespace

// "RIFF", size, "WEBP", then the picture's one chunk; with texts an extended header comes first.
std::string webp_bytes(const Picture& picture, int fidelity, const PictureBlocks& blocks) {
  constexpr std::size_t kHeader = 12;
  std::string simple = encoded(picture, fidelity);
  if (blocks.exif.empty() && blocks.xmp.empty()) return simple;
  std::string about;
  append_little(about, (blocks.exif.empty() ? 0U : 8U) | (blocks.xmp.empty() ? 0U : 4U), 4);
  append_little(about, static_cast<std::size_t>(picture.width) - 1, 3);
  append_little(about, static_cast<std::size_t>(picture.height) - 1, 3);
  std::string body = "WEBP";
  body += chunk("VP8X", about);
  body += std::string_view(simple).substr(kHeader);
  if (!blocks.exif.empty()) body += chunk("EXIF", blocks.exif);
  if (!blocks.xmp.empty()) body += chunk("XMP ", blocks.xmp);
  return chunk("RIFF", body);
}

}  // namespace pincel
