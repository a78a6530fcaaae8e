// SPDX-License-Identifier: MIT
#include "core/picture.h"

#include <algorithm>
#include <utility>

#include "core/byte_order.h"
#include "core/content.h"
#include "core/error.h"
#include "core/picture_codecs.h"
#include "core/picture_files.h"
#include "core/utf8.h"

namespace pincel {
namespace {

// The pixels as EXIF orientation `orientation` (1 to 8) says they are to be seen.
PixelRows turned_upright(PixelRows picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const bool swaps_sides = orientation >= 5;
  PixelRows turned;
  turned.width = swaps_sides ? picture.height : picture.width;
  turned.height = swaps_sides ? picture.width : picture.height;
  turned.channels = picture.channels;
  turned.samples.resize(picture.samples.size());
  const int right = picture.width - 1;
  const int bottom = picture.height - 1;
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (int y = 0; y < turned.height; ++y) {
    for (int x = 0; x < turned.width; ++x) {
      int from_x = swaps_sides ? y : x;
      int from_y = swaps_sides ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
        from_x = right - from_x;
      }
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
        from_y = bottom - from_y;
      }
      const auto from = (static_cast<std::size_t>(from_y) * picture.width + from_x) * channels;
      const auto to = (static_cast<std::size_t>(y) * turned.width + x) * channels;
      std::copy_n(picture.samples.begin() + static_cast<std::ptrdiff_t>(from), channels,
                  turned.samples.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
  return turned;
}

// As the file holds them, not turned.
PixelRows decode_pixels_of(std::string_view bytes, const std::string& source, int& orientation) {
  require(!bytes.empty(), ExitCode::bad_data, "{}: is empty, expected a picture", source);
  const std::string name = content_name(bytes.substr(0, 512));
  if (name == "a PNG picture") return decode_png(bytes, source, orientation);
  if (name == "a JPEG picture") return decode_jpeg(bytes, source, orientation);
  if (name == "a WebP picture") return decode_webp(bytes, source, orientation);
  fail(ExitCode::bad_data, "{}: is {}, expected a PNG, JPEG or WebP picture", source,
       name.empty() ? "not a picture" : name);
}

}  // namespace

void expect_picture_size(std::int64_t width, std::int64_t height, const std::string& source) {
  require(width >= 1 && height >= 1, ExitCode::bad_data, "{}: has a side of 0 pixels", source);
  require(
      width <= kMaxPictureSide && height <= kMaxPictureSide && width * height <= kMaxPicturePixels,
      ExitCode::bad_data,
      "{}: is too large: {}x{} pixels, expected sides of at most {} and {} megapixels", source,
      width, height, kMaxPictureSide, kMaxPicturePixels / 1'000'000);
}

int exif_orientation(std::string_view tiff) {
  if (tiff.starts_with(std::string_view("Exif\0\0", 6))) tiff.remove_prefix(6);
  const bool is_little = tiff.starts_with("II");
  if (!is_little && !tiff.starts_with("MM")) return 1;
  const auto number = [&](std::size_t at, std::size_t size) {
    const std::string_view bytes = tiff.substr(at, size);
    return is_little ? little_endian(bytes) : big_endian(bytes);
  };
  if (tiff.size() < 8) return 1;
  const std::size_t directory = number(4, 4);
  if (directory > tiff.size() || tiff.size() - directory < 2) return 1;
  const std::size_t count = number(directory, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.size()) return 1;
    if (number(entry, 2) != 0x0112) continue;
    const std::uint64_t value = number(entry + 8, 2);
    const bool is_short = number(entry + 2, 2) == 3 && number(entry + 4, 4) == 1;
    return is_short && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

void expect_decode_bytes(std::size_t file, std::size_t besides, const std::string& source) {
  require(file + besides <= kMaxDecodeBytes, ExitCode::bad_data,
          "{}: takes {} MiB to decode, expected at most {}", source, (file + besides) >> 20U,
          kMaxDecodeBytes >> 20U);
}

void lay_on_white(PixelRows& pixels) {
  if (pixels.channels != 4) return;
  const std::uint8_t* rgba = pixels.samples.data();
  const std::uint8_t* const end = rgba + pixels.samples.size();
  std::uint8_t* rgb = pixels.samples.data();
  for (; rgba != end; rgba += 4) {
    const int alpha = rgba[3];
    for (int channel = 0; channel < 3; ++channel) {
      *rgb++ = static_cast<std::uint8_t>((rgba[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  pixels.samples.resize(pixels.samples.size() / 4 * 3);
  pixels.channels = 3;
}

PixelRows decode_pixels(const std::filesystem::path& path) {
  int orientation = 1;
  PixelRows pixels = decode_pixels_of(read_picture_file(path), path.string(), orientation);
  return turned_upright(std::move(pixels), orientation);
}

Picture decode_picture_bytes(std::string_view bytes, const std::string& source) {
  int orientation = 1;
  PixelRows pixels = decode_pixels_of(bytes, source, orientation);
  lay_on_white(pixels);
  pixels = turned_upright(std::move(pixels), orientation);
  return {pixels.width, pixels.height, std::move(pixels.samples)};
}

Picture decode_picture(const std::filesystem::path& path) {
  return decode_picture_bytes(read_picture_file(path), path.string());
}

}  // namespace pincel
