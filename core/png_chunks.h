// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/png.h"

namespace pincel {

// One chunk of a PNG in memory; the views point into the file's bytes.
struct PngChunk {
  std::string_view type;  // four letters
  std::string_view body;
  std::string_view type_and_body;  // what the checksum is over
  std::uint32_t checksum = 0;      // as stored, not verified
};

// Calls `visit` for every chunk up to IEND. Error when the signature is not a PNG's, or when the
// file ends before IEND.
void for_each_png_chunk(std::string_view bytes, const std::string& source,
                        const std::function<void(const PngChunk&)>& visit);

// The number in the four bytes at `offset`, which must be there.
std::uint32_t png_number(std::string_view bytes, std::size_t offset);

std::uint32_t png_checksum(std::string_view type_and_body);

// A PNG without texts with these in it, between its header and the pixels.
std::string with_png_texts(std::string png, const std::vector<PngText>& texts);

}  // namespace pincel
