// SPDX-License-Identifier: MIT
#include "core/png_chunks.h"

#include <zlib.h>

#include "core/byte_order.h"
#include "core/content.h"
#include "core/error.h"

namespace pincel {
std::uint32_t png_number(std::string_view bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(big_endian(bytes.substr(offset, 4)));
}

std::uint32_t png_checksum(std::string_view type_and_body) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(type_and_body.data()), type_and_body.size()));
}

void for_each_png_chunk(std::string_view bytes, const std::string& source,
                        const std::function<void(const PngChunk&)>& visit) {
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
  if (!bytes.starts_with(kSignature)) {
    const std::string name = bytes.empty() ? "empty" : content_name(bytes);
    fail(ExitCode::bad_data, "{}: is {}, expected a PNG", source,
         name.empty() ? "not a picture" : name);
  }
  bytes.remove_prefix(kSignature.size());
  for (bool is_end = false; !is_end;) {
    const std::size_t length = bytes.size() < 12 ? 0 : png_number(bytes, 0);
    require(bytes.size() >= 12 && length <= bytes.size() - 12, ExitCode::bad_data,
            "{}: is truncated (the PNG ends before its IEND chunk)", source);
    PngChunk chunk;
    chunk.type = bytes.substr(4, 4);
    chunk.body = bytes.substr(8, length);
    chunk.type_and_body = bytes.substr(4, 4 + length);
    chunk.checksum = png_number(bytes, 8 + length);
    visit(chunk);
    is_end = chunk.type == "IEND";
    bytes.remove_prefix(12 + length);
  }
}

}  // namespace pincel
