// SPDX-License-Identifier: MIT
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
// libjpeg's headers need <cstdio> before them.
#include <jpeglib.h>

#include <array>
#include <string_view>

#include "core/error.h"
#include "core/picture_encoders.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxSegment = 65533;  // bytes of a marker

// libjpeg leaves through longjmp, so the function that calls it owns nothing with a destructor;
// everything lives here.
struct JpegWriter {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf escape{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  unsigned char* bytes = nullptr;  // allocated by libjpeg
  unsigned long count = 0;

  JpegWriter() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = [](j_common_ptr common) {
      auto* writer = static_cast<JpegWriter*>(common->client_data);
      common->err->format_message(common, writer->message.data());
      std::longjmp(writer->escape, 1);
    };
    errors.output_message = [](j_common_ptr) {};
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&info);
    std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
};

void write_segment(jpeg_compress_struct* info, std::string_view body) {
  if (body.empty()) return;
  jpeg_write_marker(info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(body.data()),
                    static_cast<unsigned>(body.size()));
}

// Colours are kept at full resolution: edges of saturated shapes stay clean.
bool write_picture(JpegWriter& writer, const Picture& picture, int fidelity,
                   const std::array<std::string_view, 2>& segments) {
  if (setjmp(writer.escape) != 0) return false;
  jpeg_create_compress(&writer.info);
  writer.info.client_data = &writer;
  jpeg_mem_dest(&writer.info, &writer.bytes, &writer.count);
  writer.info.image_width = static_cast<JDIMENSION>(picture.width);
  writer.info.image_height = static_cast<JDIMENSION>(picture.height);
  writer.info.input_components = 3;
  writer.info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer.info);
  jpeg_set_quality(&writer.info, fidelity, TRUE);
  writer.info.comp_info[0].h_samp_factor = 1;
  writer.info.comp_info[0].v_samp_factor = 1;
  writer.info.dct_method = JDCT_ISLOW;
  writer.info.optimize_coding = TRUE;
  jpeg_start_compress(&writer.info, TRUE);
  for (const std::string_view segment : segments) write_segment(&writer.info, segment);
  const auto stride = static_cast<std::size_t>(picture.width) * 3;
  while (writer.info.next_scanline < writer.info.image_height) {
    auto* row = const_cast<JSAMPLE*>(picture.rgb.data() + writer.info.next_scanline * stride);
    jpeg_write_scanlines(&writer.info, &row, 1);
  }
  jpeg_finish_compress(&writer.info);
  return true;
}

std::string segment_of(std::string_view name, const std::string& block) {
  if (block.empty()) return "";
  require(name.size() + block.size() <= kMaxSegment, ExitCode::bad_value,
          "{} bytes of text do not fit into a JPEG (64 KiB); write a PNG or a WebP", block.size());
  return std::string(name) + block;
}

}  // namespace

std::string jpeg_bytes(const Picture& picture, int fidelity, const PictureBlocks& blocks) {
  const std::string exif = segment_of(std::string_view("Exif\0\0", 6), blocks.exif);
  const std::string xmp =
      segment_of(std::string_view("http://ns.adobe.com/xap/1.0/\0", 29), blocks.xmp);
  JpegWriter writer;
  require(write_picture(writer, picture, fidelity, {exif, xmp}), ExitCode::memory,
          "a JPEG of {}x{} cannot be made: {}", picture.width, picture.height,
          writer.message.data());
  return {reinterpret_cast<const char*>(writer.bytes), writer.count};
}

}  // namespace pincel
