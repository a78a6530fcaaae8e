// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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

// Orientation tag of an EXIF block (TIFF header, with or without "Exif\0\0"); 1 where there is
// none.
int exif_orientation(std::string_view tiff);

// Lays RGBA pixels (not premultiplied) on white and appends them as RGB.
void append_on_white(std::vector<std::uint8_t>& rgb, const std::uint8_t* rgba, std::size_t pixels);

}  // namespace pincel
