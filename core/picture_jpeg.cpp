// SPDX-License-Identifier: MIT
#include <csetjmp>
#include <cstdio>
// libjpeg's headers need <cstdio> before them, and this order.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/picture_codecs.h"

namespace pincel {
namespace {

constexpr int kMaxScans = 100;  // a progressive file can hold thousands of costly scans
// Scans times pixels: about 30 scans of the largest picture; usual files have 10.
constexpr std::int64_t kMaxScannedPixels = 2'000'000'000;

// libjpeg leaves through longjmp, so the functions that call it own nothing with a destructor;
// everything lives here.
struct JpegReader {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  bool is_truncated = false;
  bool has_too_many_scans = false;
  int most_scans = kMaxScans;

  JpegReader() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = [](j_common_ptr common) {
      auto* reader = static_cast<JpegReader*>(common->client_data);
      common->err->format_message(common, reader->message.data());
      std::longjmp(reader->escape, 1);
    };
    errors.emit_message = [](j_common_ptr common, int level) {
      if (level >= 0) return;
      // Warnings that leave part of the picture grey or garbled are errors here.
      const int code = common->err->msg_code;
      auto* reader = static_cast<JpegReader*>(common->client_data);
      reader->is_truncated = reader->is_truncated || code == JWRN_JPEG_EOF;
      if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE) {
        common->err->error_exit(common);
      }
    };
    errors.output_message = [](j_common_ptr) {};
    progress.progress_monitor = [](j_common_ptr common) {
      auto* reader = static_cast<JpegReader*>(common->client_data);
      if (reader->info.input_scan_number <= reader->most_scans) return;
      reader->has_too_many_scans = true;
      std::longjmp(reader->escape, 1);
    };
  }
  ~JpegReader() { jpeg_destroy_decompress(&info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
};

bool read_header(JpegReader& reader, const std::uint8_t* bytes, std::size_t count) {
  if (setjmp(reader.escape) != 0) return false;
  jpeg_create_decompress(&reader.info);
  reader.info.progress = &reader.progress;
  reader.info.client_data = &reader;
  jpeg_save_markers(&reader.info, JPEG_APP0 + 1, 0xFFFF);
  // Of other segments the length alone is wanted, to know of large profiles and texts.
  jpeg_save_markers(&reader.info, JPEG_APP0 + 2, 1);
  jpeg_save_markers(&reader.info, JPEG_COM, 1);
  jpeg_mem_src(&reader.info, bytes, static_cast<unsigned long>(count));
  return jpeg_read_header(&reader.info, TRUE) == JPEG_HEADER_OK;
}

// After read_header(): decompresses into width * channels * height bytes at `pixels`.
bool read_pixels(JpegReader& reader, std::uint8_t* pixels, bool is_cmyk) {
  if (setjmp(reader.escape) != 0) return false;
  reader.info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  reader.info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&reader.info);
  const auto stride = static_cast<std::size_t>(reader.info.output_width) *
                      static_cast<std::size_t>(reader.info.output_components);
  while (reader.info.output_scanline < reader.info.output_height) {
    JSAMPROW row = pixels + reader.info.output_scanline * stride;
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  return true;
}

[[noreturn]] void refuse(const JpegReader& reader, const std::string& source) {
  if (reader.has_too_many_scans) {
    fail(ExitCode::bad_data, "{}: has more than {} scans", source, reader.most_scans);
  }
  if (reader.errors.msg_code == JERR_NO_BACKING_STORE ||
      reader.errors.msg_code == JERR_OUT_OF_MEMORY) {
    fail(ExitCode::bad_data, "{}: takes more than {} MiB to decode, as it is progressive", source,
         kMaxDecodeBytes >> 20U);
  }
  if (reader.is_truncated) {
    fail(ExitCode::bad_data, "{}: is truncated (the JPEG ends too early)", source);
  }
  fail(ExitCode::bad_data, "{}: is damaged ({})", source,
       reader.message[0] != 0 ? reader.message.data() : "no JPEG header");
}

// In its own memory. Adobe's programs store CMYK inverted, and say so by their marker.
void turn_cmyk_to_rgb(std::vector<std::uint8_t>& samples, bool is_inverted) {
  std::uint8_t* rgb = samples.data();
  for (std::size_t i = 0; i + 3 < samples.size(); i += 4) {
    const int light = is_inverted ? samples[i + 3] : 255 - samples[i + 3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const int ink = is_inverted ? samples[i + channel] : 255 - samples[i + channel];
      *rgb++ = static_cast<std::uint8_t>((ink * light + 127) / 255);
    }
  }
  samples.resize(samples.size() / 4 * 3);
}

// The orientation, from markers that together are no larger than they may be.
int inspect_markers(const JpegReader& reader, const std::string& source) {
  int orientation = 1;
  std::size_t total = 0;
  for (const auto* marker = reader.info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view body(reinterpret_cast<const char*>(marker->data), marker->data_length);
    total += marker->original_length;
    if (marker->marker == JPEG_APP0 + 1 && body.starts_with("Exif")) {
      orientation = exif_orientation(body);
    }
  }
  expect_side_bytes(total, source);
  return orientation;
}

}  // namespace

PixelRows decode_jpeg(std::string_view bytes, const std::string& source, int& orientation) {
  JpegReader reader;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (!read_header(reader, data, bytes.size())) refuse(reader, source);
  const jpeg_decompress_struct& info = reader.info;
  expect_picture_size(info.image_width, info.image_height, source);
  orientation = inspect_markers(reader, source);
  const bool is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  PixelRows picture{static_cast<int>(info.image_width), static_cast<int>(info.image_height)};
  const std::size_t area = static_cast<std::size_t>(info.image_width) * info.image_height;
  const std::size_t output = area * (is_cmyk ? 4 : 3);
  expect_decode_bytes(bytes.size(), output, source);
  reader.info.mem->max_memory_to_use = static_cast<long>(kMaxDecodeBytes - bytes.size() - output);
  reader.most_scans = static_cast<int>(
      std::min<std::int64_t>(kMaxScans, kMaxScannedPixels / static_cast<std::int64_t>(area)));
  picture.samples.resize(output);
  if (!read_pixels(reader, picture.samples.data(), is_cmyk)) refuse(reader, source);
  if (is_cmyk) turn_cmyk_to_rgb(picture.samples, info.saw_Adobe_marker != 0);
  return picture;
}

}  // namespace pincel
