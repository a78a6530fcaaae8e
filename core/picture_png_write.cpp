// SPDX-License-Identifier: MIT
#include <png.h>

#include <array>
#include <bit>
#include <csetjmp>
#include <cstring>

#include "core/error.h"
#include "core/picture_encoders.h"

namespace pincel {
namespace {

// libpng leaves through longjmp: what has a destructor lives outside of the function that calls it.
struct PngWriter {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string bytes;
  std::array<char, 128> message{};

  PngWriter() {
    png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, this,
        [](png_structp self, png_const_charp text) {
          auto* writer = static_cast<PngWriter*>(png_get_error_ptr(self));
          std::strncpy(writer->message.data(), text, writer->message.size() - 1);
          png_longjmp(self, 1);
        },
        [](png_structp, png_const_charp) {});
    info = png == nullptr ? nullptr : png_create_info_struct(png);
    require(info != nullptr, ExitCode::memory, "no memory to encode a picture");
    png_set_write_fn(
        png, this,
        [](png_structp self, png_bytep data, std::size_t count) {
          static_cast<PngWriter*>(png_get_io_ptr(self))
              ->bytes.append(reinterpret_cast<const char*>(data), count);
        },
        [](png_structp) {});
  }
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
};

struct DeepRows {
  const std::uint16_t* samples;
  int width, height, channels;
};

bool write_rows(PngWriter& writer, const DeepRows& rows) {
  if (setjmp(png_jmpbuf(writer.png)) != 0) return false;
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(rows.width),
               static_cast<png_uint_32>(rows.height), 16,
               rows.channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  if constexpr (std::endian::native == std::endian::little) png_set_swap(writer.png);
  const auto stride =
      static_cast<std::size_t>(rows.width) * static_cast<std::size_t>(rows.channels);
  for (int y = 0; y < rows.height; ++y) {
    png_write_row(writer.png, reinterpret_cast<png_const_bytep>(
                                  rows.samples + static_cast<std::size_t>(y) * stride));
  }
  png_write_end(writer.png, nullptr);
  return true;
}

}  // namespace

std::string png_bytes_of_16_bits(const std::vector<std::uint16_t>& samples, int width, int height,
                                 int channels) {
  PngWriter writer;
  require(write_rows(writer, {samples.data(), width, height, channels}), ExitCode::memory,
          "a PNG of {}x{} cannot be made: {}", width, height, writer.message.data());
  return std::move(writer.bytes);
}

}  // namespace pincel
