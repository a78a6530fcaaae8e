// SPDX-License-Identifier: MIT
#include "core/label_map.h"

#include <zlib.h>

#include "core/png.h"
#include "core/png_chunks.h"
#include "tests/temporary_folder.h"

namespace pincel::label_map_test {
namespace {

using tests::has;
using tests::refusal;
using Labels = std::vector<std::uint8_t>;

std::string u32(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& body) {
  return u32(body.size()) + type + body + u32(png_checksum(type + body));
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

struct Kind {
  int bits, colours;
};

// A PNG of width x 2; rows each start with their filter byte 0.
std::string png(std::size_t width, const Kind& kind, const std::string& extra,
                const std::string& rows) {
  uLongf size = compressBound(rows.size());
  std::string data(size, '\0');
  compress(reinterpret_cast<Bytef*>(data.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  data.resize(size);
  const std::string header = u32(width) + u32(2) + bytes({kind.bits, kind.colours, 0, 0, 0});
  return bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}) + chunk("IHDR", header) + extra +
         chunk("IDAT", data) + chunk("IEND", "");
}

TEST_CASE("an indexed PNG gives its indices, whatever the colours") {
  // Two entries of one colour, one of them transparent.
  const std::string palette =
      chunk("PLTE", bytes({9, 9, 9, 9, 9, 9, 1, 2, 3, 200, 0, 0})) + chunk("tRNS", bytes({255, 0}));
  const auto map = parse_label_map(png(3, {8, 3}, palette, bytes({0, 0, 1, 2, 0, 3, 1, 0})), "map");
  CHECK(map.width == 3);
  CHECK(map.height == 2);
  CHECK(map.labels == Labels{0, 1, 2, 3, 1, 0});
  const auto packed =
      parse_label_map(png(3, {2, 3}, palette, bytes({0, 0b00011000, 0, 0b11010000})), "map");
  CHECK(packed.labels == Labels{0, 1, 2, 3, 1, 0});
}

TEST_CASE("a grey PNG gives its values as they are stored") {
  CHECK(parse_label_map(png(3, {8, 0}, "", bytes({0, 0, 1, 182, 0, 255, 7, 0})), "map").labels ==
        Labels{0, 1, 182, 255, 7, 0});
  CHECK(parse_label_map(png(3, {4, 0}, "", bytes({0, 0x01, 0x20, 0, 0xF3, 0x40})), "map").labels ==
        Labels{0, 1, 2, 15, 3, 4});
}

TEST_CASE("pictures that hold no class numbers are refused") {
  const auto refused = [](const std::string& file) {
    return refusal(ExitCode::bad_data, [&] { parse_label_map(file, "map"); });
  };
  CHECK(
      has(refused(png(1, {8, 2}, "", bytes({0, 1, 2, 3, 0, 1, 2, 3}))), "its pixels are colours"));
  CHECK(has(refused(png(1, {16, 0}, "", bytes({0, 1, 2, 0, 1, 2}))), "grey one of 8 bits"));
  CHECK(has(refused("GIF89a and more"), "expected a PNG whose pixels are class numbers"));
  const std::string whole = png(3, {8, 0}, "", bytes({0, 0, 1, 182, 0, 255, 7, 0}));
  CHECK(has(refused(whole.substr(0, whole.size() - 30)), "map: "));
}

}  // namespace
}  // namespace pincel::label_map_test
