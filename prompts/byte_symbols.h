// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pincel {

// How CLIP's merges files write bytes: every byte has a printable character and a place in the
// vocabulary. Printable Latin-1 stands for itself and comes first; the other 68 bytes follow,
// written as U+0100 and up.
struct ByteSymbols {
  std::array<std::int32_t, 256> id{};    // byte -> 0..255
  std::array<std::string, 256> written;  // id -> its character in UTF-8
};

ByteSymbols byte_symbols();

inline constexpr const char* kEndOfWord = "</w>";
inline constexpr std::int32_t kByteCount = 256;
inline constexpr std::int32_t kFirstMerge = 2 * kByteCount;  // bytes, then bytes that end a word

}  // namespace pincel
