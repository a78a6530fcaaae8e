// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace pincel {

inline constexpr std::string_view kStartOfText = "<|startoftext|>";
inline constexpr std::string_view kEndOfText = "<|endoftext|>";

// The pieces that byte pairs are merged within, in order, by CLIP's pattern: special tokens,
// English endings ('s 't 're 've 'm 'll 'd), runs of letters, single numbers, runs of anything else
// that is not space. `text` is cleaned, valid UTF-8; the views point into it.
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace pincel
