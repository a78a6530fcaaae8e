// SPDX-License-Identifier: MIT
#include "core/png.h"

#include <zlib.h>

#include <cstdlib>
#include <limits>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/png_chunks.h"
#include "core/utf8.h"

namespace {

// zlib in place of stb's own compressor: smaller files, faster. The result is freed by stb.
// NOLINTBEGIN(cppcoreguidelines-owning-memory)
unsigned char* compress_for_stb(unsigned char* data, int length, int* out_length, int level) {
  uLongf size = compressBound(static_cast<uLong>(length));
  auto* out = static_cast<unsigned char*>(std::malloc(size));
  if (out == nullptr) return nullptr;
  if (compress2(out, &size, data, static_cast<uLong>(length), level) != Z_OK) {
    std::free(out);
    return nullptr;
  }
  *out_length = static_cast<int>(size);
  return out;
}
// NOLINTEND(cppcoreguidelines-owning-memory)

}  // namespace

#define STBIW_ZLIB_COMPRESS compress_for_stb
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace pincel {
namespace {

constexpr std::size_t kMaxPngBytes = std::size_t{512} << 20;
constexpr std::size_t kMaxTextBytes = std::size_t{8} << 20;  // one text, inflated
constexpr std::size_t kMaxTexts = 1000;

void append_to_string(void* context, void* data, int size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                             static_cast<std::size_t>(size));
}

// stb computes sizes in int.
void expect_encodable(int width, int height, int channels) {
  require(width >= 1 && height >= 1 && channels >= 1 && channels <= 4, ExitCode::bad_value,
          "a picture of {}x{} with {} channels cannot be encoded", width, height, channels);
  const auto row = static_cast<std::int64_t>(width) * channels + 1;
  require(row * height < std::numeric_limits<int>::max() / 2, ExitCode::bad_value,
          "a picture of {}x{} is too large to encode", width, height);
}

void append_u32(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

std::string png_chunk(std::string_view type, std::string_view body) {
  const std::string named = std::string(type).append(body);
  std::string bytes;
  append_u32(bytes, static_cast<std::uint32_t>(body.size()));
  bytes += named;
  append_u32(bytes, png_checksum(named));
  return bytes;
}

std::string text_chunk(const PngText& entry) {
  bool is_keyword = !entry.keyword.empty() && entry.keyword.size() <= 79 &&
                    entry.keyword.front() != ' ' && entry.keyword.back() != ' ';
  for (const char letter : entry.keyword) is_keyword = is_keyword && letter >= 32 && letter < 127;
  require(is_keyword, ExitCode::bad_value,
          "'{}' cannot name a PNG text, expected 1 to 79 printable ASCII characters",
          printable(entry.keyword));
  require(entry.text.size() <= kMaxTextBytes && is_utf8(entry.text) &&
              entry.text.find('\0') == std::string::npos,
          ExitCode::bad_value, "PNG text '{}' must be UTF-8 without NUL, at most 8 MiB",
          entry.keyword);
  std::string body = entry.keyword + '\0';
  if (const auto latin1 = utf8_to_latin1(entry.text)) return png_chunk("tEXt", body + *latin1);
  // Not compressed, no language, no translated keyword.
  body.append(4, '\0');
  return png_chunk("iTXt", body + entry.text);
}

std::string inflate_text(std::string_view packed, const std::string& source) {
  z_stream stream{};
  require(inflateInit(&stream) == Z_OK, ExitCode::memory, "{}: no memory to inflate a text",
          source);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  char piece[16384];
  int status = Z_OK;
  while (status == Z_OK && text.size() <= kMaxTextBytes) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  require(status == Z_STREAM_END && text.size() <= kMaxTextBytes, ExitCode::bad_data,
          "{}: a compressed text is damaged or larger than 8 MiB", source);
  return text;
}

// Cuts `rest` after its first NUL and returns what stood before it.
std::string_view take_field(std::string_view& rest, const std::string& source) {
  const std::size_t end = rest.find('\0');
  require(end != std::string_view::npos, ExitCode::bad_data, "{}: a text chunk is damaged", source);
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return field;
}

PngText parse_text(const PngChunk& part, const std::string& source) {
  std::string_view rest = part.body;
  PngText entry;
  entry.keyword = latin1_to_utf8(take_field(rest, source));
  if (part.type == "tEXt") {
    entry.text = latin1_to_utf8(rest);
    return entry;
  }
  const std::size_t flags = part.type == "zTXt" ? 1 : 2;
  require(
      rest.size() >= flags && (flags == 1 || rest[0] == 0 || rest[0] == 1) && rest[flags - 1] == 0,
      ExitCode::bad_data, "{}: a text chunk is damaged", source);
  const bool is_packed = flags == 1 || rest[0] == 1;
  rest.remove_prefix(flags);
  if (flags == 2) {
    take_field(rest, source);  // language
    take_field(rest, source);  // translated keyword
  }
  std::string text = is_packed ? inflate_text(rest, source) : std::string(rest);
  if (flags == 1) text = latin1_to_utf8(text);
  require(is_utf8(text), ExitCode::bad_data, "{}: text '{}' is not UTF-8", source,
          printable(entry.keyword));
  entry.text = std::move(text);
  return entry;
}

}  // namespace

std::string encode_png(const std::uint8_t* pixels, int width, int height, int channels,
                       const std::vector<PngText>& texts) {
  expect_encodable(width, height, channels);
  std::string png;
  const int written = stbi_write_png_to_func(append_to_string, &png, width, height, channels,
                                             pixels, width * channels);
  require(written != 0, ExitCode::memory, "no memory to encode a picture of {}x{}", width, height);
  return with_png_texts(std::move(png), texts);
}

std::string with_png_texts(std::string png, const std::vector<PngText>& texts) {
  std::string inserted;
  for (const PngText& entry : texts) inserted += text_chunk(entry);
  constexpr std::size_t kAfterHeader = 8 + 12 + 13;  // signature and IHDR
  return png.insert(kAfterHeader, inserted);
}

std::vector<PngText> parse_png_text(std::string_view bytes, const std::string& source) {
  std::vector<PngText> texts;
  std::size_t total = 0;
  for_each_png_chunk(bytes, source, [&](const PngChunk& part) {
    if (part.type != "tEXt" && part.type != "zTXt" && part.type != "iTXt") return;
    require(png_checksum(part.type_and_body) == part.checksum, ExitCode::bad_data,
            "{}: a text chunk is damaged (wrong checksum)", source);
    texts.push_back(parse_text(part, source));
    total += texts.back().text.size();
    require(texts.size() <= kMaxTexts && total <= 4 * kMaxTextBytes, ExitCode::bad_data,
            "{}: holds more text than {} entries or {} bytes", source, kMaxTexts,
            4 * kMaxTextBytes);
  });
  return texts;
}

std::vector<PngText> read_png_text(const std::filesystem::path& path) {
  return parse_png_text(read_whole_file(path, kMaxPngBytes), path.string());
}

}  // namespace pincel
