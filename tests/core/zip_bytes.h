// SPDX-License-Identifier: MIT
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pincel::tests {

// `count` bytes of a number, little-endian.
inline std::string little(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

inline std::string u16(std::uint64_t value) { return little(value, 2); }
inline std::string u32(std::uint64_t value) { return little(value, 4); }
inline std::string u64(std::uint64_t value) { return little(value, 8); }

// An entry with everything that a zip says of it twice, so that a test can let the two differ.
struct ZipPart {
  std::string name, bytes;
  std::string listed_name = name;
  std::uint64_t flags = 0, listed_flags = 0;
  std::uint64_t method = 0, listed_method = 0;
  std::uint64_t size = bytes.size(), listed_packed = bytes.size(), listed_size = bytes.size();
  std::uint32_t crc = static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  std::uint64_t made_by = 0, attributes = 0, disk = 0;
  std::int64_t moved = 0;  // added to where the list says that it is
  std::string listed_extra = "";
};

struct Zip {
  std::vector<ZipPart> parts;
  std::string before, between, comment, end_record;
  std::int64_t count_off = 0, size_off = 0, offset_off = 0;  // added to what the end says
  std::uint64_t disk = 0;

  std::string bytes() const {
    std::string data = before, list;
    for (const ZipPart& part : parts) {
      const auto header =
          static_cast<std::uint64_t>(static_cast<std::int64_t>(data.size()) + part.moved);
      data += "PK\x03\x04" + u16(0) + u16(part.flags) + u16(part.method) + u32(0) + u32(part.crc) +
              u32(part.size) + u32(part.size) + u16(part.name.size()) + u16(0) + part.name +
              part.bytes;
      list += "PK\x01\x02" + u16(part.made_by) + u16(0) + u16(part.listed_flags) +
              u16(part.listed_method) + u32(0) + u32(part.crc) + u32(part.listed_packed) +
              u32(part.listed_size) + u16(part.listed_name.size()) + u16(part.listed_extra.size()) +
              u16(0) + u16(part.disk) + u16(0) + u32(part.attributes) + u32(header) +
              part.listed_name + part.listed_extra;
    }
    const auto shifted = [](std::size_t value, std::int64_t by) {
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(value) + by);
    };
    const std::string count = u16(shifted(parts.size(), count_off));
    return data + list + between + end_record + "PK\x05\x06" + u16(disk) + u16(0) + count + count +
           u32(shifted(list.size(), size_off)) + u32(shifted(data.size(), offset_off)) +
           u16(comment.size()) + comment;
  }
};

// Instructions of a pickle, as bytes.
namespace pickled {

inline std::string text(const std::string& words) { return "X" + u32(words.size()) + words; }
inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + u64(static_cast<std::uint64_t>(value));
}
inline std::string symbol(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::string& items) { return "(" + items + "t"; }
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::string items;
  for (const std::int64_t value : values) items += integer(value);
  return tuple(items);
}
inline std::string storage(const std::string& type = "FloatStorage", const std::string& key = "0",
                           std::int64_t elements = 4) {
  return tuple(text("storage") + symbol("torch", type) + text(key) + text("cpu") +
               integer(elements)) +
         "Q";
}
inline std::string tensor(const std::string& storage_id, std::int64_t offset,
                          const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  return symbol("torch._utils", "_rebuild_tensor_v2") +
         tuple(storage_id + integer(offset) + integers(shape) + integers(strides) + "\x89" +
               symbol("collections", "OrderedDict") + ")R") +
         "R";
}
inline std::string dict(const std::string& items) { return "}(" + items + "u"; }
inline std::string whole(const std::string& value) { return "\x80\x02" + value + "."; }

}  // namespace pickled

}  // namespace pincel::tests
