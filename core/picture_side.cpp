// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <array>

#include "core/error.h"
#include "core/picture_codecs.h"

namespace pincel {
namespace {

struct Inflating {
  z_stream stream{};
  bool works = inflateInit(&stream) == Z_OK;

  Inflating() = default;
  ~Inflating() {
    if (works) inflateEnd(&stream);
  }
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
};

}  // namespace

void expect_side_bytes(std::size_t bytes, const std::string& source) {
  require(bytes <= kMaxSideBytes, ExitCode::bad_data,
          "{}: has {} bytes of a profile or text beside the pixels, expected at most {} MiB",
          source, bytes, kMaxSideBytes >> 20U);
}

void SideInflater::add(std::string_view compressed) {
  if (compressed.empty()) return;
  Inflating inflating;
  require(inflating.works, ExitCode::memory, "{}: no memory to unpack what it holds", source_);
  z_stream& stream = inflating.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::array<Bytef, std::size_t{1} << 16> piece;
  for (int status = Z_OK; status == Z_OK;) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    total_ += piece.size() - stream.avail_out;
    require(total_ <= kMaxSideBytes, ExitCode::bad_data,
            "{}: has a profile or texts that unpack to more than {} MiB", source_,
            kMaxSideBytes >> 20U);
  }
}

}  // namespace pincel
