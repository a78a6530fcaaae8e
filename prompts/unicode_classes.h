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

// Canonical composition, NFC.
std::u32string compose(std::u32string_view points);

// Compatibility composition, NFKC.
std::u32string compose_compatible(std::u32string_view points);

}  // namespace pincel
