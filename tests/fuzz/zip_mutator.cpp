// SPDX-License-Identifier: MIT
// Mutants of a zip with the checksums that their bytes have, so that the pickle inside is reached.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

// PKWARE's APPNOTE 6.3: places in an entry of the list, and of the header before an entry's bytes.
constexpr std::size_t kListBytes = 46, kListSum = 16, kListPacked = 20, kListName = 28,
                      kListAt = 42;
constexpr std::size_t kLocalBytes = 30, kLocalSum = 14, kLocalName = 26, kLocalExtra = 28;

std::uint32_t number(const std::uint8_t* from, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8U | from[i];
  return value;
}

void put(std::uint8_t* to, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Where the list's entry at `listed` and the header that it points to lie inside, both get the sum.
void mend_sum(std::uint8_t* data, std::size_t size, std::size_t listed) {
  const std::size_t header = number(data + listed + kListAt, 4);
  const std::size_t packed = number(data + listed + kListPacked, 4);
  if (header > size || size - header < kLocalBytes) return;
  if (std::memcmp(data + header, "PK\x03\x04", 4) != 0) return;
  const std::size_t start = header + kLocalBytes + number(data + header + kLocalName, 2) +
                            number(data + header + kLocalExtra, 2);
  if (start > size || packed > size - start) return;
  const auto sum = static_cast<std::uint32_t>(crc32_z(0, data + start, packed));
  put(data + listed + kListSum, sum);
  put(data + header + kLocalSum, sum);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  std::size_t length = size;
  // Half of the mutants keep their layout: only bytes before the list change.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t list = text.find("PK\x01\x02");
  if (seed % 2 == 0 && list != std::string_view::npos && list > 0) {
    LLVMFuzzerMutate(data, list, list);
  } else {
    length = LLVMFuzzerMutate(data, size, max_size);
  }
  if (seed % 16 != 1) {  // a few keep a wrong sum
    for (std::size_t at = 0; at + kListBytes <= length; ++at) {
      if (std::memcmp(data + at, "PK\x01\x02", 4) == 0) mend_sum(data, length, at);
    }
  }
  return length;
}
