// SPDX-License-Identifier: MIT
// Every file of reference/fixtures/containers (make_containers.py) gives the tensors that Python
// reads from it.
#include <torch/torch.h>

#include "tests/core/hostile_file.h"
#include "tests/core/zip_bytes.h"

namespace pincel::containers_test {
namespace {

using tests::bytes_of;
using tests::has;
using tests::TemporaryFolder;

const std::filesystem::path kFolder =
    std::filesystem::path(PINCEL_SOURCE_DIR) / "tests/reference/fixtures/containers";

std::vector<std::filesystem::path> containers() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".safetensors") paths.push_back(entry.path());
  }
  return paths;
}

TEST_CASE("every container gives the tensors that Python reads from it") {
  const auto paths = containers();
  REQUIRE(paths.size() >= 8);
  for (const auto& path : paths) {
    INFO(path.filename().string());
    const Checkpoint read = open_checkpoint(path);
    const Checkpoint expected = open_checkpoint(path.string() + ".safetensors");
    CHECK(read.tensors.size() == expected.tensors.size());
    for (const auto& [name, tensor] : expected.tensors) {
      INFO(name);
      REQUIRE(read.tensors.contains(name));
      const at::Tensor& own = read.tensors.at(name);
      CHECK(own.dtype() == tensor.dtype());
      CHECK(own.is_contiguous());
      CHECK(torch::equal(own, tensor));
    }
  }
}

TEST_CASE("a GGUF file's values are its metadata") {
  const auto metadata = open_checkpoint(kFolder / "quantised.gguf").metadata;
  CHECK(metadata.at("general.architecture") == "clip");
  CHECK(metadata.at("clip.note") == "drawn by lot");
  CHECK(metadata.at("clip.vision.image_mean") == "[0.5, 0.25, 0.125]");
  CHECK(metadata.at("clip.use_gelu") == "true");
}

TEST_CASE("a container cut short anywhere is refused") {
  const TemporaryFolder folder;
  for (const char* name : {"mixed_legacy.pt", "quantised.gguf"}) {
    const std::string whole = bytes_of(kFolder / name);
    for (std::size_t length = 16; length + 32 < whole.size(); length += 37) {
      INFO(name << " of " << length << " bytes");
      tests::refused_checkpoint(folder, whole.substr(0, length));
    }
  }
}

// One F32 tensor of two values, each field replaceable.
struct Gguf {
  std::string magic = "GGUF", version = tests::u32(3), tensors = tests::u64(1),
              pairs = tests::u64(0), values = "", name = "a", rank = tests::u32(1),
              sides = tests::u64(2), type = tests::u32(0), offset = tests::u64(0),
              data = std::string(8, '\0');

  std::string bytes() const {
    std::string text = magic + version + tensors + pairs + values + tests::u64(name.size()) + name +
                       rank + sides + type + offset;
    text.append((32 - text.size() % 32) % 32, '\0');
    return text + data;
  }
};

std::string pair_of(const std::string& key, std::uint32_t type, const std::string& value) {
  return tests::u64(key.size()) + key + tests::u32(type) + value;
}

TEST_CASE("a GGUF file broken in one place is refused") {
  const TemporaryFolder folder;
  CHECK(open_checkpoint(folder.file("m", Gguf{}.bytes())).tensors.at("a").numel() == 2);
  const auto check = [&](const std::string& part, const Gguf& broken) {
    const std::string message = tests::refused_checkpoint(folder, broken.bytes());
    INFO(message);
    CHECK(has(message, part));
  };
  check("of version 1", {.version = tests::u32(1)});
  check("more than the file can hold", {.tensors = tests::u64(1'000'000)});
  check("more than the file can hold", {.pairs = tests::u64(~std::uint64_t{0})});
  check("is cut short", {.tensors = tests::u64(3)});
  const std::string second = tests::u64(1) + "a" + tests::u32(1) + tests::u64(2) + tests::u32(0);
  check("two tensors 'a'", {.tensors = tests::u64(2),
                            .offset = tests::u64(0) + second + tests::u64(32),
                            .data = std::string(64, '\0')});
  const std::string other = tests::u64(1) + "b" + tests::u32(1) + tests::u64(2) + tests::u32(0);
  check("share the bytes", {.tensors = tests::u64(2),
                            .offset = tests::u64(0) + other + tests::u64(0),
                            .data = std::string(64, '\0')});
  check("more than four dimensions", {.rank = tests::u32(5)});
  check("a side of 0", {.sides = tests::u64(0)});
  check("a side of -1", {.sides = tests::u64(~std::uint64_t{0})});
  check("quantised as type 12", {.type = tests::u32(12)});
  check("rows of 2 values", {.type = tests::u32(2)});
  check("reaches behind the end", {.offset = tests::u64(32)});
  check("reaches behind the end", {.offset = tests::u64(7)});
  check("reaches behind the end", {.data = "1234567"});
  check("cannot name a tensor", {.name = ""});
  check("value of type 77", {.pairs = tests::u64(1), .values = pair_of("k", 77, "")});
  check("neither 0 nor 1", {.pairs = tests::u64(1), .values = pair_of("k", 7, "\x02")});
  check("is cut short", {.pairs = tests::u64(1), .values = pair_of("k", 8, tests::u64(1U << 30U))});
  check("longer than itself",
        {.pairs = tests::u64(1),
         .values = pair_of("k", 9, tests::u32(0) + tests::u64(~std::uint64_t{0}))});
  const std::string list = tests::u32(9) + tests::u64(1);
  check("lists in lists", {.pairs = tests::u64(1), .values = pair_of("k", 9, list + list + list)});
  check("a power of two",
        {.pairs = tests::u64(1), .values = pair_of("general.alignment", 4, tests::u32(33))});
  check("no number", {.pairs = tests::u64(1), .values = pair_of("general.alignment", 0, "\x20")});
  check("a key twice",
        {.pairs = tests::u64(2), .values = pair_of("k", 0, "\x01") + pair_of("k", 0, "\x01")});
}

}  // namespace
}  // namespace pincel::containers_test
