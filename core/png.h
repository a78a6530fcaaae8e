// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// One text chunk of a PNG: keyword of 1 to 79 printable Latin-1 characters, text in UTF-8.
struct PngText {
  std::string keyword;
  std::string text;
};

// `pixels`: height * width * channels bytes, row by row; channels 1 (grey), 2 (grey + alpha),
// 3 (RGB) or 4 (RGBA). Same input, same bytes. Texts become tEXt chunks, iTXt where the text does
// not fit Latin-1, between IHDR and the pixels.
std::string encode_png(const std::uint8_t* pixels, int width, int height, int channels,
                       const std::vector<PngText>& texts = {});

// The text chunks of a PNG in file order (tEXt, zTXt and iTXt, as UTF-8). Lengths, checksums and
// inflated sizes are checked; Error for a file that is not a whole PNG.
std::vector<PngText> read_png_text(const std::filesystem::path& path);
std::vector<PngText> parse_png_text(std::string_view bytes, const std::string& source);

}  // namespace pincel
