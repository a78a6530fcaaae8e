// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pincel {

// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// ISO 8859-1, the encoding of PNG's plain text chunks; nothing where a character does not fit.
std::optional<std::string> utf8_to_latin1(std::string_view text);
std::string latin1_to_utf8(std::string_view text);

// Bytes from a stranger's file, fit for one line of a message: control characters and bad UTF-8
// as \xNN, cut after 80 bytes.
std::string printable(std::string_view text);

}  // namespace pincel
