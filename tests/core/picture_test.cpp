// SPDX-License-Identifier: MIT
#include "core/picture.h"

#include <csetjmp>
#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>
#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "core/png.h"
#include "core/png_chunks.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::string u32(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& body) {
  return u32(body.size()) + type + body + u32(png_checksum(type + body));
}

struct RawPng {
  std::size_t width = 2;
  std::size_t height = 1;
  char depth = 8;
  char color = 2;
  std::string extra = {};  // chunks before IDAT
  std::string rows = {};   // each with its filter byte
};

std::string png_of(const RawPng& raw) {
  uLongf size = compressBound(raw.rows.size());
  std::string data(size, '\0');
  compress(reinterpret_cast<Bytef*>(data.data()), &size,
           reinterpret_cast<const Bytef*>(raw.rows.data()), raw.rows.size());
  data.resize(size);
  const std::string header =
      u32(raw.width) + u32(raw.height) + raw.depth + raw.color + std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + raw.extra + chunk("IDAT", data) +
         chunk("IEND", "");
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

using Rgb = std::vector<std::uint8_t>;

Rgb decoded(const std::string& file) { return decode_picture_bytes(file, "test").rgb; }

std::string refused(const std::string& file) {
  return refusal(ExitCode::bad_data, [&] { decode_picture_bytes(file, "test"); });
}

struct JpegCase {
  J_COLOR_SPACE space = JCS_RGB;
  int channels = 3;
  int width = 16;
  int height = 8;
  std::vector<jpeg_scan_info> scans = {};
};

std::string jpeg_of(const JpegCase& what, const std::vector<std::uint8_t>& pixels) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(what.width);
  info.image_height = static_cast<JDIMENSION>(what.height);
  info.input_components = what.channels;
  info.in_color_space = what.space;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  if (!what.scans.empty()) {
    info.scan_info = what.scans.data();
    info.num_scans = static_cast<int>(what.scans.size());
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.data() + static_cast<std::size_t>(info.next_scanline) *
                                                         static_cast<std::size_t>(what.width) *
                                                         static_cast<std::size_t>(what.channels));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string file(reinterpret_cast<char*>(buffer), size);
  jpeg_destroy_compress(&info);
  std::free(buffer);
  return file;
}

// One scan for DC, then one for each AC coefficient of each component: 190.
std::vector<jpeg_scan_info> many_scans() {
  std::vector<jpeg_scan_info> scans;
  scans.push_back({3, {0, 1, 2}, 0, 0, 0, 0});
  for (int component = 0; component < 3; ++component) {
    for (int k = 1; k < 64; ++k) scans.push_back({1, {component}, k, k, 0, 0});
  }
  return scans;
}

std::string webp_of(const Rgb& rgba, int width, int height) {
  std::uint8_t* out = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &out);
  std::string file(reinterpret_cast<char*>(out), size);
  WebPFree(out);
  return file;
}

// A TIFF block whose only entry is the orientation.
std::string exif(int orientation) {
  return std::string("Exif\0\0MM\0*", 10) + u32(8) + bytes({0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0}) +
         bytes({orientation, 0, 0, 0, 0, 0, 0});
}

std::vector<std::uint8_t> gradient(std::size_t count) {
  std::vector<std::uint8_t> pixels(count);
  for (std::size_t i = 0; i < count; ++i) pixels[i] = static_cast<std::uint8_t>(i * 255 / count);
  return pixels;
}

TEST_CASE("every kind of PNG becomes 8-bit RGB on white") {
  CHECK(decoded(png_of({.rows = bytes({0, 1, 2, 3, 4, 5, 6})})) == Rgb{1, 2, 3, 4, 5, 6});
  // Grey, 8 and 1 bit.
  CHECK(decoded(png_of({.color = 0, .rows = bytes({0, 9, 200})})) == Rgb{9, 9, 9, 200, 200, 200});
  CHECK(decoded(png_of({.depth = 1, .color = 0, .rows = bytes({0, 0x40})})) ==
        Rgb{0, 0, 0, 255, 255, 255});
  // 16 bit: the high byte, but for rounding.
  CHECK(decoded(png_of({.width = 1, .depth = 16, .rows = bytes({0, 10, 10, 20, 20, 255, 255})})) ==
        Rgb{10, 20, 255});
  // Palette.
  const std::string palette = chunk("PLTE", bytes({1, 2, 3, 7, 8, 9}));
  CHECK(decoded(png_of({.color = 3, .extra = palette, .rows = bytes({0, 1, 0})})) ==
        Rgb{7, 8, 9, 1, 2, 3});
  // Alpha, and a transparent palette entry.
  CHECK(decoded(png_of({.color = 6, .rows = bytes({0, 0, 100, 0, 0, 0, 100, 200, 51})})) ==
        Rgb{255, 255, 255, 204, 224, 244});
  CHECK(decoded(png_of({.color = 3,
                        .extra = palette + chunk("tRNS", bytes({0})),
                        .rows = bytes({0, 1, 0})})) == Rgb{7, 8, 9, 255, 255, 255});
}

TEST_CASE("JPEG in colour, grey and CMYK is read") {
  const auto pixels = gradient(16 * 8 * 3);
  const Rgb rgb = decoded(jpeg_of({}, pixels));
  REQUIRE(rgb.size() == pixels.size());
  const Rgb grey = decoded(jpeg_of({.space = JCS_GRAYSCALE, .channels = 1}, Rgb(16 * 8, 90)));
  REQUIRE(grey.size() == pixels.size());
  CHECK(std::abs(grey[5] - 90) <= 1);
  // libjpeg writes Adobe's marker, so values are inverted: 255 is no ink.
  Rgb cmyk(16 * 8 * 4, 255);
  for (std::size_t i = 1; i < cmyk.size(); i += 4) cmyk[i] = 100;
  const Rgb ink = decoded(jpeg_of({.space = JCS_CMYK, .channels = 4}, cmyk));
  CHECK(std::abs(ink[0] - 255) <= 2);
  CHECK(std::abs(ink[1] - 100) <= 2);
  CHECK(std::abs(ink[2] - 255) <= 2);
  CHECK(ink.size() == pixels.size());
}

TEST_CASE("WebP is read, its transparent parts on white") {
  const Rgb rgba = {10, 20, 30, 255, 0, 0, 0, 0};
  CHECK(decoded(webp_of(rgba, 2, 1)) == Rgb{10, 20, 30, 255, 255, 255});
}

TEST_CASE("EXIF orientation turns a picture upright") {
  // 2x3, told apart by their red: 1 2 / 3 4 / 5 6.
  std::string rows;
  for (int y = 0; y < 3; ++y) rows += bytes({0, 2 * y + 1, 0, 0, 2 * y + 2, 0, 0});
  const std::vector<std::vector<int>> upright = {
      {1, 2, 3, 4, 5, 6}, {2, 1, 4, 3, 6, 5}, {6, 5, 4, 3, 2, 1}, {5, 6, 3, 4, 1, 2},
      {1, 3, 5, 2, 4, 6}, {5, 3, 1, 6, 4, 2}, {6, 4, 2, 5, 3, 1}, {2, 4, 6, 1, 3, 5}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string extra = chunk("eXIf", exif(orientation).substr(6));
    const Picture picture = decode_picture_bytes(
        png_of({.width = 2, .height = 3, .extra = extra, .rows = rows}), "test");
    CHECK(picture.width == (orientation < 5 ? 2 : 3));
    std::vector<int> reds;
    for (std::size_t i = 0; i < picture.rgb.size(); i += 3) reds.push_back(picture.rgb[i]);
    CHECK(reds == upright[static_cast<std::size_t>(orientation - 1)]);
  }
  std::string jpeg = jpeg_of({}, gradient(16 * 8 * 3));
  const std::string block = exif(6);
  jpeg.insert(2, bytes({0xFF, 0xE1, 0, static_cast<int>(block.size()) + 2}) + block);
  CHECK(decode_picture_bytes(jpeg, "test").width == 8);
}

TEST_CASE("what is not a picture is named") {
  CHECK(has(refused(""), "test: is empty"));
  CHECK(has(refused("hello, this is a text"), "not a picture"));
  CHECK(has(refused("\n<!DOCTYPE html>\n<html>"), "a web page"));
  CHECK(has(refused("version https://git-lfs.github.com/spec/v1\n"), "Git LFS pointer"));
  CHECK(has(refused("GIF89a......"), "a GIF"));
  const TemporaryFolder folder;
  refusal(ExitCode::missing_input, [&] { decode_picture(folder / "none.png"); });
  refusal(ExitCode::missing_input, [&] { decode_picture(folder.path()); });
}

TEST_CASE("sizes are checked before anything is allocated") {
  CHECK(has(refused(png_of({.width = 16385, .height = 1})), "too large: 16385x1"));
  CHECK(has(refused(png_of({.width = 16384, .height = 16384})), "too large"));
  CHECK(has(refused(png_of({.width = 0, .height = 1})), "0 pixels"));
  std::string jpeg = jpeg_of({}, gradient(16 * 8 * 3));
  const std::size_t frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  jpeg.replace(frame + 5, 4, "\xF0\x01\xF0\x01");
  CHECK(has(refused(jpeg), "too large: 61441x61441"));
}

TEST_CASE("animations and costly files are refused") {
  const std::string rows = bytes({0, 1, 2, 3, 4, 5, 6});
  CHECK(has(refused(png_of({.extra = chunk("acTL", u32(2) + u32(0)), .rows = rows})), "animated"));
  CHECK(has(refused(png_of({.extra = chunk("iCCP", std::string(9 << 20, 'x')), .rows = rows})),
            "8 MiB"));
  // The extended header with the animation flag, then an empty ANIM chunk.
  std::string webp = "RIFF" + bytes({32, 0, 0, 0}) + "WEBPVP8X" + bytes({10, 0, 0, 0, 2, 0, 0, 0}) +
                     bytes({1, 0, 0, 0, 0, 0}) + "ANIM" + bytes({6, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(has(refused(webp), "animated"));
  const auto pixels = gradient(16 * 8 * 3);
  CHECK(has(refused(jpeg_of({.scans = many_scans()}, pixels)), "more than 100 scans"));
}

// A PNG chunk of a name and a zlib stream of so many zeros.
std::string packed_chunk(const std::string& type, const std::string& before, std::size_t zeros) {
  const std::string plain(zeros, '\0');
  uLongf size = compressBound(plain.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(plain.data()), plain.size());
  packed.resize(size);
  return chunk(type, before + packed);
}

TEST_CASE("profiles and texts may not unpack to more than 8 MiB together") {
  const std::string rows = bytes({0, 1, 2, 3, 4, 5, 6});
  const auto with = [&](const std::string& extra) {
    return png_of({.extra = extra, .rows = rows});
  };
  constexpr std::size_t kMebi = std::size_t{1} << 20;
  const std::string name("name\0\0", 6);
  CHECK(decoded(with(packed_chunk("zTXt", name, 7 * kMebi))).size() == 6);
  CHECK(has(refused(with(packed_chunk("iCCP", name, 9 * kMebi))), "unpack to more than 8 MiB"));
  CHECK(has(refused(with(packed_chunk("zTXt", name, 9 * kMebi))), "unpack to more than 8 MiB"));
  const std::string international("name\0\1\0en\0Name\0", 15);
  CHECK(has(refused(with(packed_chunk("iTXt", international, 9 * kMebi))), "unpack to more"));
  std::string many;
  for (int i = 0; i < 3; ++i) many += packed_chunk("zTXt", name, 3 * kMebi);
  CHECK(has(refused(with(many)), "unpack to more than 8 MiB"));
  CHECK(decoded(with(chunk("zTXt", "no end of the name"))).size() == 6);
}

TEST_CASE("a JPEG's segments and a WebP's chunks beside the pixels are counted") {
  std::string segments;
  for (int i = 0; i < 130; ++i) {
    segments += bytes({0xFF, 0xE2, 0xFF, 0xFF}) + std::string(65533, 'x');
  }
  std::string jpeg = jpeg_of({}, gradient(16 * 8 * 3));
  jpeg.insert(2, segments);
  CHECK(has(refused(jpeg), "expected at most 8 MiB"));
  std::string webp = webp_of({10, 20, 30, 255}, 1, 1);
  webp += "XMP " + bytes({0, 0, 0, 1}) + std::string(std::size_t{1} << 24, ' ');
  CHECK(has(refused(webp), "expected at most 8 MiB"));
}

TEST_CASE("a picture that takes too much to decode is refused before it is") {
  jpeg_scan_info dc{3, {0, 1, 2}, 0, 0, 0, 0};
  jpeg_scan_info ac{1, {0}, 1, 63, 0, 0};
  const Rgb pixels = gradient(16 * 8 * 3);
  std::string jpeg = jpeg_of({.scans = {dc, ac}}, pixels);
  const std::size_t frame = jpeg.find("\xFF\xC2");
  REQUIRE(frame != std::string::npos);
  // 8000 x 7500, none of it drawn at half the size: coefficients of 343 MiB beside the pixels.
  jpeg.replace(frame + 5, 4, bytes({7500 >> 8, 7500 & 255, 8000 >> 8, 8000 & 255}));
  for (std::size_t i = 0; i < 3; ++i) jpeg[frame + 11 + 3 * i] = 0x11;
  CHECK(has(refused(jpeg), "takes more than 400 MiB"));
  // Of a lossless WebP that is transparent, too: the header alone decides.
  const std::string large =
      "WEBPVP8L" + bytes({20, 0, 0, 0, 0x2F, 0x3F, 0x5F, 0xCF, 0x17}) + std::string(15, '\0');
  CHECK(has(refused("RIFF" + bytes({32, 0, 0, 0}) + large), "MiB to decode"));
}

TEST_CASE("a truncated or damaged file is an error and never a crash") {
  std::mt19937 random(7);
  std::vector<std::uint8_t> pixels(24 * 16 * 4);
  for (auto& value : pixels) value = static_cast<std::uint8_t>(random());
  const JpegCase colour = {.width = 24, .height = 16};
  for (const std::string& whole :
       {encode_png(pixels.data(), 24, 16, 3), jpeg_of(colour, pixels), webp_of(pixels, 24, 16)}) {
    REQUIRE(decode_picture_bytes(whole, "test").width == 24);
    for (std::size_t length = 0; length < whole.size(); length += 5) {
      refused(whole.substr(0, length));
    }
    CHECK(has(refused(whole.substr(0, whole.size() / 2)), "truncated"));
    for (int round = 0; round < 500; ++round) {
      std::string damaged = whole;
      for (int flips = 0; flips < 3; ++flips) {
        damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
      }
      try {
        const Picture picture = decode_picture_bytes(damaged, "test");
        REQUIRE(picture.rgb.size() == static_cast<std::size_t>(picture.width) *
                                          static_cast<std::size_t>(picture.height) * 3);
      } catch (const Error& error) {
        REQUIRE(error.code() == ExitCode::bad_data);
      }
    }
  }
}

}  // namespace
}  // namespace pincel::picture_test
