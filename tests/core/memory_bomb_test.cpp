// SPDX-License-Identifier: MIT
// Files that would have the reader hold more memory than the file has bytes: refused before it
// does.
#include <fmt/core.h>
#include <torch/torch.h>

#include "tests/core/hostile_file.h"
#include "tests/core/zip_bytes.h"

namespace pincel::memory_bomb_test {
namespace {

using tests::has;
using tests::refused_checkpoint;
using tests::TemporaryFolder;
using tests::Zip;
namespace pickled = tests::pickled;

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

void check_bomb(const std::string& part, const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string message = refused_checkpoint(folder, bytes);
  INFO(message.substr(0, 300));
  CHECK(has(message, part));
}

std::string safetensors_of(const std::string& header) { return tests::u64(header.size()) + header; }

TEST_CASE("a safetensors header may not describe more than its file can hold") {
  std::string many = "{\"0\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
  for (int i = 1; i < 200'000; ++i) {
    many += fmt::format(",\"{}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", i);
  }
  check_bomb("more than a file of its size", safetensors_of(many + "}"));
  const std::string huge(30 * kMegabyte, 'x');
  check_bomb("text of more than", safetensors_of("{\"" + huge + "\":{}}"));
  check_bomb("text of more than", safetensors_of("{\"__metadata__\":{\"a\":\"" + huge + "\"}}"));
  check_bomb("text of more than", safetensors_of("{\"a\":{\"dtype\":\"" + huge + "\"}}"));
  std::string words = "{\"__metadata__\":{\"0\":\"\"";
  for (int i = 1; i < 30; ++i) {
    words += fmt::format(",\"{}\":\"{}\"", i, std::string(kMegabyte - 1, 'x'));
  }
  check_bomb("more than a file of its size", safetensors_of(words + "}}"));
}

TEST_CASE("an index may not list more than it needs") {
  std::string numbers = "{\"weight_map\":{},\"metadata\":[1";
  for (int i = 0; i < 1'500'000; ++i) numbers += ",1";
  check_bomb("more than", numbers + "]}");
  check_bomb("expected at most", "{\"weight_map\":{}}" + std::string(5 * kMegabyte, ' '));
}

TEST_CASE("a zip may not list more than its file can hold") {
  Zip zip;
  for (int i = 0; i < 60'000; ++i)
    zip.parts.push_back({.name = fmt::format("m/{}", i), .bytes = ""});
  check_bomb("more than a file of its size", zip.bytes());
}

std::string zip_of(const std::string& pickle, const std::string& storage = "0123456789abcdef") {
  Zip zip;
  zip.parts.push_back({.name = "m/data.pkl", .bytes = pickle});
  zip.parts.push_back({.name = "m/data/0", .bytes = storage});
  return zip.bytes();
}

// `levels` dicts, each with `width` keys that all hold the next one; the last holds the tensor.
std::string dicts_of_dicts(int levels, int width, const std::string& tensor) {
  std::string value = pickled::dict(pickled::text("t") + tensor);
  for (int level = 0; level < levels; ++level) {
    const std::string memo(1, static_cast<char>(level + 1));
    std::string items;
    for (int i = 0; i < width; ++i) {
      items += pickled::text(std::string(1, static_cast<char>('a' + i))) +
               (i == 0 ? value + "q" + memo : "h" + memo);
    }
    value = pickled::dict(items);
  }
  return pickled::whole(value);
}

TEST_CASE("a pickle may not describe more than its file can hold") {
  const std::string tensor = pickled::tensor(pickled::storage(), 0, {2, 2}, {2, 1});
  check_bomb("more than a file of its size", zip_of(dicts_of_dicts(10, 8, tensor)));
  check_bomb("more than a file of its size", zip_of(dicts_of_dicts(40, 2, tensor)));
  std::string nones(20 * kMegabyte, 'N');
  check_bomb("more than a file of its size", zip_of(pickled::whole(nones)));
  check_bomb("more than a file of its size",
             zip_of(pickled::whole(pickled::text(std::string(30 * kMegabyte, 'x')) + nones)));
}

TEST_CASE("a pickle may not be walked for longer than any checkpoint needs") {
  std::string state, items;
  for (int i = 0; i < 20'000; ++i) state += pickled::text(std::to_string(i)) + "N";
  const std::string object =
      pickled::symbol("a", "B") + ")R" + pickled::dict(state) + "b" + "q\x01";
  for (int i = 0; i < 20'000; ++i) {  // the same object under as many names
    items += pickled::text(std::to_string(i)) + (i == 0 ? object : "h\x01");
  }
  check_bomb("nested too deeply", zip_of(pickled::whole(pickled::dict(items))));
}

// A dict of `count` tensors of a megabyte each, the next `step` bytes behind the one before.
std::string views(int count, int step) {
  const auto storage =
      pickled::storage("ByteStorage", "0", static_cast<std::int64_t>(2 * kMegabyte));
  std::string items;
  for (int i = 0; i < count; ++i) {
    items += pickled::text(std::to_string(i)) +
             pickled::tensor(storage, std::int64_t{i} * step, {1 << 20}, {1});
  }
  return zip_of(pickled::whole(pickled::dict(items)), std::string(2 * kMegabyte, 'b'));
}

TEST_CASE("views of one storage may not be more than it, the same view may have many names") {
  check_bomb("more than a file of its size", views(500, 7));
  const TemporaryFolder folder;
  const auto path = folder.file("tied", views(500, 0));
  const tests::AllocationMeter meter;
  const Checkpoint tied = open_checkpoint(path);
  CHECK(meter.peak() <= std::filesystem::file_size(path) + tests::kAllocationSlack);
  REQUIRE(tied.tensors.size() == 500);
  CHECK(tied.tensors.at("0").data_ptr() == tied.tensors.at("499").data_ptr());
}

TEST_CASE("the pickles of a legacy stream may not describe more than their file can hold") {
  const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const std::string start = magic + "\x80\x02M\xe9\x03." +
                            pickled::whole(pickled::dict(pickled::text("little_endian") + "\x88"));
  const std::string nones = pickled::whole("(" + std::string(40'000, 'N') + "t");
  check_bomb("more than a file of its size",
             start + pickled::whole("(" + std::string(20 * kMegabyte, 'N') + "t") + nones);
  // Each alone would do.
  const std::string list = pickled::whole("](" + std::string(60'000, 'N') + "e");
  check_bomb("more than a file of its size", start + list + list);
}

TEST_CASE("a GGUF header may not describe more than its file can hold") {
  std::string infos;
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = std::to_string(i);
    infos += tests::u64(name.size()) + name + tests::u32(0) + tests::u32(0) + tests::u64(0);
  }
  const std::string start = "GGUF" + tests::u32(3);
  check_bomb("more than a file of its size",
             start + tests::u64(100'000) + tests::u64(0) + infos + std::string(64, '\0'));
  std::string pairs;
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = std::to_string(i);  // 800 numbers take 4000 letters
    pairs += tests::u64(key.size()) + key + tests::u32(9) + tests::u32(0) + tests::u64(800) +
             std::string(800, '\xff');
  }
  check_bomb("more than a file of its size", start + tests::u64(0) + tests::u64(10'000) + pairs);
}

TEST_CASE("an empty tensor may not have sides that no memory has") {
  const std::int64_t huge = std::int64_t{1} << 40;
  const auto empty = pickled::tensor(pickled::storage(), 0, {huge, huge, 0}, {1, 1, 1});
  check_bomb("larger than any memory",
             zip_of(pickled::whole(pickled::dict(pickled::text("a") + empty))));
}

}  // namespace
}  // namespace pincel::memory_bomb_test
