// SPDX-License-Identifier: MIT
#include "prompts/byte_symbols.h"

#include <cstddef>

#include "prompts/code_points.h"

namespace pincel {

ByteSymbols byte_symbols() {
  const auto is_printable = [](std::size_t byte) {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  };
  ByteSymbols symbols;
  std::int32_t next = 0;
  const auto add = [&](std::size_t byte, char32_t written) {
    symbols.id.at(byte) = next;
    append_utf8(symbols.written.at(static_cast<std::size_t>(next)), written);
    ++next;
  };
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (is_printable(byte)) add(byte, static_cast<char32_t>(byte));
  }
  char32_t written = 0x100;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (!is_printable(byte)) add(byte, written++);
  }
  return symbols;
}

}  // namespace pincel
