// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// An 8-bit picture in memory: rgb holds height * width * 3 bytes, row by row.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

inline constexpr int kMaxPictureSide = 16384;  // pixels
inline constexpr std::int64_t kMaxPicturePixels = 64'000'000;

// Reads a PNG, JPEG or WebP, told apart by content. Turned upright by its EXIF orientation,
// transparent parts laid on white, grey / palette / 16 bit / CMYK made 8-bit RGB. Error with one
// line for what is not a picture, truncated, too large or animated.
Picture decode_picture(const std::filesystem::path& path);

// The same for bytes in memory; `source` names them in errors.
Picture decode_picture_bytes(std::string_view bytes, const std::string& source);

}  // namespace pincel
