// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "core/picture.h"
#include "core/pixel_rows.h"

namespace pincel {

// One per library; private to picture.cpp, which has recognised the content. Each checks the size
// before it allocates, refuses animations, and sets `orientation` where the file has EXIF (1 to 8).
PixelRows decode_png(std::string_view bytes, const std::string& source, int& orientation);
PixelRows decode_jpeg(std::string_view bytes, const std::string& source, int& orientation);
PixelRows decode_webp(std::string_view bytes, const std::string& source, int& orientation);

// What decode_picture() reads, before transparent parts are laid on white.
PixelRows decode_pixels(const std::filesystem::path& path);

// Error unless sides and area are within the limits of picture.h.
void expect_picture_size(std::int64_t width, std::int64_t height, const std::string& source);

// What one picture may take while it is decoded, its file included; with it, two at once and the
// program fit into a gigabyte.
inline constexpr std::size_t kMaxDecodeBytes = std::size_t{400} << 20;
// Error unless the file and what else decoding it takes fit into that.
void expect_decode_bytes(std::size_t file, std::size_t besides, const std::string& source);

// Profiles, texts and the like of one file: Error where one of them, or all of them unpacked, take
// more than these.
inline constexpr std::size_t kMaxSideBytes = std::size_t{8} << 20;
void expect_side_bytes(std::size_t bytes, const std::string& source);
class SideInflater {
 public:
  explicit SideInflater(std::string source) : source_(std::move(source)) {}
  // Adds what a zlib stream unpacks to; a broken one counts as far as it goes.
  void add(std::string_view compressed);

 private:
  std::string source_;
  std::size_t total_ = 0;  // bytes
};

// Orientation tag of an EXIF block (TIFF header, with or without "Exif\0\0"); 1 where there is
// none.
int exif_orientation(std::string_view tiff);

// RGBA (not premultiplied) laid on white, in its own memory; RGB stays as it is.
void lay_on_white(PixelRows& pixels);

}  // namespace pincel
