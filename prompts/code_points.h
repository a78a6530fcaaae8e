// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pincel {

// Code points of strict UTF-8 (no overlong forms, no surrogates); nothing where a byte is wrong.
std::optional<std::u32string> decode_utf8(std::string_view text);

// As above, with U+FFFD for each byte that is wrong.
std::u32string decode_utf8_lossy(std::string_view text);

// A surrogate or a number above U+10FFFF is written as U+FFFD.
void append_utf8(std::string& text, char32_t point);
std::string encode_utf8(std::u32string_view points);

}  // namespace pincel
