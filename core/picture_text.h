// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/png.h"

namespace pincel {

inline constexpr const char* kXmpKeyword = "XML:com.adobe.xmp";

// The texts of a picture as one XMP packet: the packet among them, if any, and the others as
// properties of our own namespace.
std::string xmp_packet(const std::vector<PngText>& texts);

// Those properties, taken back. Empty where a packet has none; a packet may have been rewritten by
// other programs.
std::vector<PngText> texts_of_xmp(std::string_view packet);

// `Software` and `parameters` as an EXIF block (big-endian TIFF without "Exif\0\0"): its Software,
// and its UserComment as galleries read it.
std::string exif_block(const std::vector<PngText>& texts);

// The texts of a PNG (its chunks), JPEG or WebP (its XMP packet). Error (bad_data) for what is no
// whole picture of these.
std::vector<PngText> read_picture_text(const std::filesystem::path& path);

}  // namespace pincel
