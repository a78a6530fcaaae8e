// SPDX-License-Identifier: MIT
#include <png.h>

#include <memory>
#include <utility>

#include "core/error.h"
#include "core/picture_codecs.h"
#include "core/png_chunks.h"

namespace pincel {
namespace {

struct FreeImage {
  void operator()(png_image* image) const { png_image_free(image); }
};

// Size, animation and orientation, before libpng sees a byte.
void inspect(std::string_view bytes, const std::string& source, int& orientation) {
  constexpr std::size_t kMaxAncillary = std::size_t{8} << 20;
  bool has_header = false;
  for_each_png_chunk(bytes, source, [&](const PngChunk& chunk) {
    require(has_header || (chunk.type == "IHDR" && chunk.body.size() == 13), ExitCode::bad_data,
            "{}: is damaged (no PNG header)", source);
    if (!has_header) {
      expect_picture_size(png_number(chunk.body, 0), png_number(chunk.body, 4), source);
    }
    has_header = true;
    if (chunk.type == "IDAT") return;
    require(chunk.body.size() <= kMaxAncillary, ExitCode::bad_data,
            "{}: has a side chunk of {} bytes, expected at most 8 MiB", source, chunk.body.size());
    if (chunk.type == "eXIf") orientation = exif_orientation(chunk.body);
    require(chunk.type != "acTL" || chunk.body.size() < 4 || png_number(chunk.body, 0) <= 1,
            ExitCode::bad_data, "{}: is animated, expected one picture", source);
  });
}

}  // namespace

PixelRows decode_png(std::string_view bytes, const std::string& source, int& orientation) {
  inspect(bytes, source, orientation);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreeImage> guard(&image);
  const auto check = [&](int worked) {
    require(worked != 0, ExitCode::bad_data, "{}: is damaged ({})", source,
            static_cast<const char*>(image.message));
  };
  check(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  image.format = PNG_FORMAT_RGBA;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16-bit samples without gAMA are not linear
  expect_picture_size(image.width, image.height, source);
  std::vector<std::uint8_t> rgba(PNG_IMAGE_SIZE(image));
  check(png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr));
  return {static_cast<int>(image.width), static_cast<int>(image.height), 4, std::move(rgba)};
}

}  // namespace pincel
