// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/picture.h"
#include "core/pixel_rows.h"

namespace pincel {

// One per library; private to picture_write.cpp. EXIF and XMP blocks may be empty.
struct PictureBlocks {
  std::string exif;  // without "Exif\0\0"
  std::string xmp;
};
std::string jpeg_bytes(const Picture& picture, int fidelity, const PictureBlocks& blocks);
std::string webp_bytes(const PixelRows& pixels, int fidelity, const PictureBlocks& blocks);

// `samples`: height * width * channels numbers, row by row; 3 channels, or 4 with alpha.
std::string png_bytes_of_16_bits(const std::vector<std::uint16_t>& samples, int width, int height,
                                 int channels);

}  // namespace pincel
