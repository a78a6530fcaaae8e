// SPDX-License-Identifier: MIT
// libFuzzer target: whatever the bytes, opening them gives sound tensors or one line of bad data,
// and never holds more memory than the file's size and 16 MiB.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/error.h"
#include "tests/fuzz/allocations.h"

// Of the container that this program is for.
bool looks_like_container(std::string_view first_bytes);
pincel::Checkpoint open_container(const pincel::InputFile& file);

namespace {

constexpr std::size_t kHead = 4096;                     // bytes that decide the container
constexpr std::size_t kSlack = std::size_t{16} << 20U;  // bytes

[[noreturn]] void stop(const char* why, const std::string& what) {
  std::fprintf(stderr, "fuzz: %s: %s\n", why, what.c_str());
  std::abort();
}

void expect_one_line(const pincel::Error& error, const std::string& path) {
  const std::string_view message = error.what();
  if (error.code() != pincel::ExitCode::bad_data) stop("not bad data", error.what());
  if (!message.starts_with(path + ": ")) stop("does not name the file", error.what());
  const bool has_control = std::any_of(message.begin(), message.end(),
                                       [](unsigned char letter) { return letter < 0x20; });
  if (has_control) stop("control characters in the message", error.what());
}

void expect_sound(const pincel::Checkpoint& checkpoint, std::size_t file_bytes) {
  std::size_t total = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (!tensor.is_contiguous()) stop("not contiguous", name);
    // Every value is read, so that the sanitizer sees whether it was written.
    const auto* bytes = static_cast<const volatile unsigned char*>(tensor.const_data_ptr());
    for (std::size_t i = 0; i < tensor.nbytes(); ++i) static_cast<void>(bytes[i]);
    total += tensor.nbytes();
  }
  // Quantised values widen to at most eight times their bytes.
  if (total > 8 * file_bytes) stop("tensors larger than the file", std::to_string(total));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!looks_like_container(bytes.substr(0, kHead))) return 0;
  const int file = memfd_create("fuzz", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) {
    stop("no memory for the file", std::to_string(size));
  }
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  pincel::fuzz::start_counting();
  try {
    expect_sound(open_container(pincel::InputFile(path)), size);
  } catch (const pincel::Error& error) {
    expect_one_line(error, path);
  }
  const std::size_t peak = pincel::fuzz::peak_bytes();
  if (peak > size + kSlack) stop("too much memory", std::to_string(peak));
  close(file);
  return 0;
}
