// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

bool is_letter(char32_t point);  // \p{L}
bool is_number(char32_t point);  // \p{N}
bool is_space(char32_t point);   // \s of Python's regex module

// Full Unicode lower case: one point may become two, and a sigma that ends a word becomes U+03C2.
std::u32string lower_case(std::u32string_view points);

// Simple upper case of one point.
char32_t upper_point(char32_t point);

// Canonical composition, NFC.
std::u32string compose(std::u32string_view points);

// Compatibility composition, NFKC.
std::u32string compose_compatible(std::u32string_view points);

// Letters without their accents, compatibility forms taken apart.
std::u32string without_accents(std::u32string_view points);

}  // namespace pincel
