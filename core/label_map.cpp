// SPDX-License-Identifier: MIT
#include "core/label_map.h"

#include <png.h>

#include <memory>

#include "core/atomic_file.h"
#include "core/content.h"
#include "core/error.h"
#include "core/picture_codecs.h"
#include "core/png_chunks.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxLabelMapBytes = std::size_t{256} << 20;

struct FreeMapImage {
  void operator()(png_image* image) const { png_image_free(image); }
};

// Where IHDR says of bits and colours: 8 bytes after its start.
void expect_labels(std::string_view bytes, const std::string& source) {
  const std::string name = content_name(bytes.substr(0, 512));
  require(name == "a PNG picture", ExitCode::bad_data,
          "{}: is {}, expected a PNG whose pixels are class numbers", source,
          name.empty() ? "not a picture" : name);
  bool is_first = true;
  for_each_png_chunk(bytes, source, [&](const PngChunk& chunk) {
    if (!is_first) return;
    is_first = false;
    require(chunk.type == "IHDR" && chunk.body.size() == 13, ExitCode::bad_data,
            "{}: is damaged (no PNG header)", source);
    const int bits = static_cast<unsigned char>(chunk.body[8]);
    const int colours = static_cast<unsigned char>(chunk.body[9]);
    const bool is_grey = colours == PNG_COLOR_TYPE_GRAY && bits <= 8;
    require(colours == PNG_COLOR_TYPE_PALETTE || is_grey, ExitCode::bad_data,
            "{}: its pixels are colours, expected class numbers: an indexed PNG, or a grey one of "
            "8 bits",
            source);
  });
}

}  // namespace

LabelMap parse_label_map(std::string_view bytes, const std::string& source) {
  expect_labels(bytes, source);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreeMapImage> guard(&image);
  const auto check = [&](int worked) {
    require(worked != 0, ExitCode::bad_data, "{}: is damaged ({})", source,
            static_cast<const char*>(image.message));
  };
  check(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  expect_picture_size(image.width, image.height, source);
  // libpng keeps indices, and the values of a grey picture, where it is asked for a colour map.
  image.format = PNG_FORMAT_RGBA_COLORMAP;
  LabelMap map;
  map.width = static_cast<int>(image.width);
  map.height = static_cast<int>(image.height);
  map.labels.resize(PNG_IMAGE_SIZE(image));
  std::vector<std::uint8_t> colours(PNG_IMAGE_COLORMAP_SIZE(image));
  check(png_image_finish_read(&image, nullptr, map.labels.data(), 0, colours.data()));
  return map;
}

LabelMap read_label_map(const std::filesystem::path& path) {
  return parse_label_map(read_whole_file(path, kMaxLabelMapBytes), path.string());
}

}  // namespace pincel
