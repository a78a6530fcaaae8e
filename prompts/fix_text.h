// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// Mends text as ftfy's fix_text does by default: HTML entities (until a "<" was seen), mojibake of
// UTF-8 read as Windows-1252, C1 controls, Latin ligatures, full and half width, curly quotes, line
// breaks, terminal escapes, control characters, NFC; line by line, again until nothing changes.
// Mojibake of other code pages, and ftfy's guesses at lost bytes, are left alone.
std::u32string fix_text(std::u32string_view text);

// UTF-8 that was read as Windows-1252 ("donâ€™t") read again as UTF-8, wherever that is convincing.
std::u32string fix_mojibake(std::u32string_view text);

}  // namespace pincel
