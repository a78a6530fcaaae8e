// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace pincel {

// The character of a byte in Windows-1252, as browsers read it: the five bytes that the code page
// leaves free are the control characters of the same number.
char32_t windows_1252_point(std::uint32_t byte);

// And back; a C1 control character is its own byte. Nothing where the code page lacks the
// character.
std::optional<std::uint8_t> windows_1252_byte(char32_t point);

}  // namespace pincel
