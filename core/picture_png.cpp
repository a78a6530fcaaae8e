// SPDX-License-Identifier: MIT
#include <png.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/picture_codecs.h"
#include "core/png_chunks.h"

namespace pincel {
namespace {

struct FreeImage {
  void operator()(png_image* image) const { png_image_free(image); }
};

// The zlib stream of a chunk of text or of a colour profile; "" for others.
std::string_view compressed_part(const PngChunk& chunk) {
  const std::size_t name = chunk.body.find('\0');
  if (name == std::string_view::npos) return {};
  std::string_view rest = chunk.body.substr(name + 1);
  if (chunk.type == "iCCP" || chunk.type == "zTXt")
    return rest.substr(std::min(rest.size(), std::size_t{1}));
  if (chunk.type != "iTXt" || rest.size() < 2 || rest[0] != 1) return {};
  rest.remove_prefix(2);
  for (int skipped = 0; skipped < 2; ++skipped) {  // language, translated name
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  return rest;
}

void inspect_side_chunk(const PngChunk& chunk, const std::string& source, int& orientation) {
  expect_side_bytes(chunk.body.size(), source);
  if (chunk.type == "eXIf") orientation = exif_orientation(chunk.body);
  require(chunk.type != "acTL" || chunk.body.size() < 4 || png_number(chunk.body, 0) <= 1,
          ExitCode::bad_data, "{}: is animated, expected one picture", source);
}

// Size, animation, orientation and what lies beside the pixels, before libpng sees a byte.
void inspect(std::string_view bytes, const std::string& source, int& orientation) {
  bool has_header = false;
  SideInflater inflater(source);
  for_each_png_chunk(bytes, source, [&](const PngChunk& chunk) {
    require(has_header || (chunk.type == "IHDR" && chunk.body.size() == 13), ExitCode::bad_data,
            "{}: is damaged (no PNG header)", source);
    if (!has_header) {
      expect_picture_size(png_number(chunk.body, 0), png_number(chunk.body, 4), source);
    }
    has_header = true;
    if (chunk.type == "IDAT") return;
    inspect_side_chunk(chunk, source, orientation);
    inflater.add(compressed_part(chunk));
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
  image.format = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16-bit samples without gAMA are not linear
  expect_picture_size(image.width, image.height, source);
  expect_decode_bytes(bytes.size(), PNG_IMAGE_SIZE(image), source);
  PixelRows picture{static_cast<int>(image.width), static_cast<int>(image.height),
                    static_cast<int>(PNG_IMAGE_PIXEL_CHANNELS(image.format))};
  picture.samples.resize(PNG_IMAGE_SIZE(image));
  check(png_image_finish_read(&image, nullptr, picture.samples.data(), 0, nullptr));
  return picture;
}

}  // namespace pincel
