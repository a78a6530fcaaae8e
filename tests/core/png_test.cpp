// SPDX-License-Identifier: MIT
#include "core/png.h"

#include <zlib.h>

#include "core/picture.h"
#include "core/png_chunks.h"
#include "core/utf8.h"
#include "tests/temporary_folder.h"

namespace pincel::png_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::vector<std::uint8_t> some_pixels(std::size_t count) {
  std::vector<std::uint8_t> pixels(count);
  for (std::size_t i = 0; i < count; ++i) pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 11);
  return pixels;
}

std::string u32(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string with_chunk(std::string png, const std::string& type, const std::string& body) {
  return png.insert(33, u32(body.size()) + type + body + u32(png_checksum(type + body)));
}

std::string packed(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string bytes(size, '\0');
  compress(reinterpret_cast<Bytef*>(bytes.data()), &size,
           reinterpret_cast<const Bytef*>(text.data()), text.size());
  bytes.resize(size);
  return bytes;
}

TEST_CASE("an encoded PNG decodes to the same pixels, and encodes to the same bytes") {
  const auto pixels = some_pixels(7 * 5 * 3);
  const std::string png = encode_png(pixels.data(), 7, 5, 3);
  CHECK(png == encode_png(pixels.data(), 7, 5, 3));
  const Picture picture = decode_picture_bytes(png, "test");
  CHECK(picture.width == 7);
  CHECK(picture.height == 5);
  CHECK(picture.rgb == pixels);
}

TEST_CASE("texts in any language come back in order, before the pixels") {
  const auto pixels = some_pixels(12);
  const std::vector<PngText> texts = {{"parameters", "a cat\nSteps: 20, Seed: 7"},
                                      {"Author", "Jos\u00e9 N\u00fa\u00f1ez"},
                                      {"pincel", "{\"prompt\": \"\u732b \U0001F431\"}"},
                                      {"empty", ""}};
  const std::string png = encode_png(pixels.data(), 2, 2, 3, texts);
  CHECK(has(png, "tEXtparameters"));
  CHECK(has(png, "tEXtAuthor"));
  CHECK(has(png, "iTXtpincel"));
  CHECK(png.find("iTXtpincel") < png.find("IDAT"));
  const TemporaryFolder folder;
  const auto found = read_png_text(folder.file("a.png", png));
  REQUIRE(found.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(found[i].keyword == texts[i].keyword);
    CHECK(found[i].text == texts[i].text);
  }
  CHECK(decode_picture_bytes(png, "test").rgb == pixels);
}

TEST_CASE("compressed text chunks of other programs are read") {
  const auto pixels = some_pixels(12);
  const std::string png = encode_png(pixels.data(), 2, 2, 3);
  const std::string nul(1, '\0');
  const auto ztxt =
      parse_png_text(with_chunk(png, "zTXt", "k" + nul + nul + packed("caf\xe9")), "a");
  CHECK(ztxt.at(0).text == "caf\u00e9");
  const std::string body = "k" + nul + "\x01" + nul + "en" + nul + "key" + nul + packed("\u732b");
  CHECK(parse_png_text(with_chunk(png, "iTXt", body), "a").at(0).text == "\u732b");
}

TEST_CASE("damaged, oversized and truncated text chunks are refused") {
  const auto pixels = some_pixels(12);
  const std::string png = encode_png(pixels.data(), 2, 2, 3, {{"key", "value"}});
  const auto refused = [](const std::string& bytes) {
    return refusal(ExitCode::bad_data, [&] { parse_png_text(bytes, "a.png"); });
  };
  std::string wrong = png;
  wrong[wrong.find("value")] = 'X';
  CHECK(has(refused(wrong), "checksum"));
  CHECK(has(refused(png.substr(0, png.size() - 1)), "truncated"));
  CHECK(has(refused(png.substr(0, 50)), "truncated"));
  CHECK(has(refused("<!DOCTYPE html><html>"), "a web page"));
  CHECK(has(refused(""), "empty"));
  CHECK(has(refused(with_chunk(png, "tEXt", "no nul")), "damaged"));
  CHECK(has(refused(with_chunk(png, "iTXt", "k")), "damaged"));
  CHECK(has(refused(with_chunk(png, "iTXt", std::string("k\0\2\0\0\0x", 7))), "damaged"));
  CHECK(has(refused(with_chunk(png, "iTXt", std::string("k\0\0\0\0\0\xff", 7))), "UTF-8"));
  const std::string bomb = std::string("k\0\0", 3) + packed(std::string(20 << 20, 'a'));
  CHECK(has(refused(with_chunk(png, "zTXt", bomb)), "larger than 8 MiB"));
  std::string huge = png;
  huge.replace(33, 4, "\xff\xff\xff\xff");
  CHECK(has(refused(huge), "truncated"));
}

TEST_CASE("a text that PNG cannot hold is refused when it is written") {
  const auto pixels = some_pixels(12);
  const auto refused = [&](PngText text) {
    refusal(ExitCode::bad_value, [&] { encode_png(pixels.data(), 2, 2, 3, {text}); });
  };
  refused({"", "x"});
  refused({" key", "x"});
  refused({std::string(80, 'k'), "x"});
  refused({"k\ny", "x"});
  refused({"key", "\xff"});
  refused({"key", std::string("a\0b", 3)});
}

TEST_CASE("a picture of no size, or too large to encode, is refused") {
  const std::uint8_t pixel[3] = {};
  refusal(ExitCode::bad_value, [&] { encode_png(pixel, 0, 1, 3); });
  refusal(ExitCode::bad_value, [&] { encode_png(pixel, 1, 1, 5); });
  refusal(ExitCode::bad_value, [&] { encode_png(pixel, 1'000'000, 1'000'000, 3); });
}

TEST_CASE("UTF-8 is told from what is not, and fits one line of a message") {
  CHECK(is_utf8("a\u00e9\u732b\U0001F431"));
  for (const char* wrong : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                            "\xf4\x90\x80\x80", "\xe7\x8c", "\x80"}) {
    CHECK(!is_utf8(wrong));
  }
  CHECK(printable("a\n\x1b[1m\xff\u00e9") == "a\\x0a\\x1b[1m\\xff\u00e9");
  CHECK(printable(std::string(1000, 'x')).size() < 100);
  CHECK(!utf8_to_latin1("\u732b").has_value());
  CHECK(latin1_to_utf8(utf8_to_latin1("\u00ff\u0080z").value()) == "\u00ff\u0080z");
}

}  // namespace
}  // namespace pincel::png_test
