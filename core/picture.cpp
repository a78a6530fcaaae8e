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

PixelRows decode_pixels_of(std::string_view bytes, const std::string& source) {
  require(!bytes.empty(), ExitCode::bad_data, "{}: is empty, expected a picture", source);
  const std::string name = content_name(bytes.substr(0, 512));
  int orientation = 1;
  PixelRows picture;
  if (name == "a PNG picture") {
    picture = decode_png(bytes, source, orientation);
  } else if (name == "a JPEG picture") {
    picture = decode_jpeg(bytes, source, orientation);
  } else if (name == "a WebP picture") {
    picture = decode_webp(bytes, source, orientation);
  } else {
    fail(ExitCode::bad_data, "{}: is {}, expected a PNG, JPEG or WebP picture", source,
         name.empty() ? "not a picture" : name);
  }
  return turned_upright(std::move(picture), orientation);
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

void append_on_white(std::vector<std::uint8_t>& rgb, const std::uint8_t* rgba, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i, rgba += 4) {
    const int alpha = rgba[3];
    for (int channel = 0; channel < 3; ++channel) {
      rgb.push_back(
          static_cast<std::uint8_t>((rgba[channel] * alpha + 255 * (255 - alpha) + 127) / 255));
    }
  }
}

PixelRows decode_pixels(const std::filesystem::path& path) {
  return decode_pixels_of(read_picture_file(path), path.string());
}

Picture decode_picture_bytes(std::string_view bytes, const std::string& source) {
  PixelRows pixels = decode_pixels_of(bytes, source);
  Picture picture{pixels.width, pixels.height, {}};
  if (pixels.channels == 3) {
    picture.rgb = std::move(pixels.samples);
  } else {
    picture.rgb.reserve(pixels.samples.size() / 4 * 3);
    append_on_white(picture.rgb, pixels.samples.data(), pixels.samples.size() / 4);
  }
  return picture;
}

Picture decode_picture(const std::filesystem::path& path) {
  return decode_picture_bytes(read_picture_file(path), path.string());
}

}  // namespace pincel
