// SPDX-License-Identifier: MIT
// libFuzzer target of the gate that pictures come through: whatever the bytes, decoding them gives
// a picture of the size it says or one line of bad data, and holds no more memory than its limit.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/picture.h"
#include "core/picture_codecs.h"
#include "tests/fuzz/allocations.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::size_t kSlackBytes = std::size_t{16} << 20U;

[[noreturn]] void stop(const char* why, const std::string& what) {
  std::fprintf(stderr, "fuzz: %s: %s\n", why, what.c_str());
  std::abort();
}

void expect_one_line(const pincel::Error& error) {
  const std::string_view message = error.what();
  if (error.code() != pincel::ExitCode::bad_data) stop("not bad data", error.what());
  if (!message.starts_with("fuzz: ")) stop("does not name the file", error.what());
  const bool has_control = std::any_of(message.begin(), message.end(),
                                       [](unsigned char letter) { return letter < 0x20; });
  if (has_control) stop("control characters in the message", error.what());
}

std::uint32_t number(const std::uint8_t* from) {
  return std::uint32_t{from[0]} << 24U | std::uint32_t{from[1]} << 16U |
         std::uint32_t{from[2]} << 8U | from[3];
}

// Every chunk of a PNG gets the checksum that its bytes have.
void mend_checksums(std::uint8_t* data, std::size_t size) {
  for (std::size_t at = 8; at + 12 <= size;) {
    const std::size_t length = number(data + at);
    if (length > size - at - 12) return;
    const auto sum = static_cast<std::uint32_t>(crc32_z(0, data + at + 4, length + 4));
    for (unsigned i = 0; i < 4; ++i) {
      data[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    }
    at += 12 + length;
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  const std::size_t length = LLVMFuzzerMutate(data, size, max_size);
  const std::string_view text(reinterpret_cast<const char*>(data), length);
  if (seed % 16 != 1 && text.starts_with("\x89PNG")) mend_checksums(data, length);
  return length;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pincel::fuzz::start_counting();
  try {
    const pincel::Picture picture = pincel::decode_picture_bytes(bytes, "fuzz");
    const auto area =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
    if (picture.width < 1 || picture.rgb.size() != area * 3) {
      stop("not as large as it says", std::to_string(picture.rgb.size()));
    }
    // Every value is read, so that the sanitizer sees whether it was written.
    const volatile std::uint8_t* value = picture.rgb.data();
    for (std::size_t i = 0; i < picture.rgb.size(); ++i) static_cast<void>(value[i]);
  } catch (const pincel::Error& error) {
    expect_one_line(error);
  }
  const std::size_t peak = pincel::fuzz::peak_bytes();
  if (peak > pincel::kMaxDecodeBytes + kSlackBytes) stop("too much memory", std::to_string(peak));
  return 0;
}
