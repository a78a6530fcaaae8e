// SPDX-License-Identifier: MIT
// One hand-broken file for each check of the reader, named by the check's number, and mutations.
#include <fmt/core.h>
#include <sys/stat.h>
#include <torch/torch.h>

#include <bit>
#include <random>

#include "core/atomic_file.h"
#include "core/sha256.h"
#include "tests/core/hostile_file.h"
#include "tests/core/zip_bytes.h"

namespace pincel::safetensors_test {
namespace {

using tests::bytes_of;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;
using tests::u64;

std::string file_of(const std::string& header, std::size_t data_bytes) {
  return u64(header.size()) + header + std::string(data_bytes, '\0');
}

// One F32 tensor of two elements, with its parts replaceable.
std::string entry(const std::string& dtype = "\"F32\"", const std::string& shape = "[2]",
                  const std::string& offsets = "[0,8]") {
  return "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

// The message with which a file of these bytes is refused.
std::string refused(const std::string& bytes) {
  const TemporaryFolder folder;
  return tests::refused_checkpoint(folder, bytes);
}

std::string refused(const std::string& header, std::size_t data_bytes) {
  return refused(file_of(header, data_bytes));
}

Checkpoint opened(const std::string& bytes) {
  const TemporaryFolder folder;
  return open_checkpoint(folder.file("m.safetensors", bytes));
}

TEST_CASE("a plain file opens, with scalars, empty tensors, padding and metadata") {
  const std::string header = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":" + entry() +
                             ",\"none\":" + entry("\"I64\"", "[0,7]", "[8,8]") +
                             ",\"one\":" + entry("\"U8\"", "[]", "[8,9]") + "}   ";
  const Checkpoint checkpoint = opened(file_of(header, 9));
  CHECK(checkpoint.tensors.at("a").sizes() == at::IntArrayRef{2});
  CHECK(checkpoint.tensors.at("none").sizes() == at::IntArrayRef{0, 7});
  CHECK(checkpoint.tensors.at("one").dim() == 0);
  CHECK(checkpoint.metadata == std::map<std::string, std::string>{{"format", "pt"}});
  CHECK(opened(file_of("{}", 0)).tensors.empty());
}

TEST_CASE("check 1: the file is regular and has at least 8 bytes") {
  CHECK(has(refused(""), "is empty"));
  refused("1234567");
  refused("12345678");
  const TemporaryFolder folder;
  CHECK(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  for (const auto& path : {folder / "fifo", folder.path(), folder / "none"}) {
    refusal(ExitCode::missing_input, [&] { open_checkpoint(path); });
  }
}

TEST_CASE("check 2: the header's length is sane and within the file") {
  CHECK(has(refused(u64(100'000'001) + "{}"), "claims a header of 100000001 bytes"));
  CHECK(has(refused(u64(99'999'999) + "{}"), "truncated"));
  refused(u64(~std::uint64_t{0}) + "{}");
  refused(u64(~std::uint64_t{0} - 7) + "{}");
  CHECK(has(refused(u64(0) + "{}"), "does not start"));
}

TEST_CASE("check 3: the header starts with a brace and is padded with spaces only") {
  refused(" {}", 0);
  refused("[]", 0);
  for (const char* padding : {"\n", "\t", "x", "{}"}) {
    refused("{\"a\":" + entry() + "}" + padding, 8);
  }
  refused(std::string("{}\0", 3), 0);
  refused(std::string("{}\0{}", 5), 0);
}

TEST_CASE("check 4: the header is UTF-8") {
  CHECK(has(refused("{\"\xff\":" + entry() + "}", 8), "UTF-8"));
  refused("{\"\xc0\x80\":" + entry() + "}", 8);
  refused("{\"\xed\xa0\x80\":" + entry() + "}", 8);
  refused("{\"\\ud800\":" + entry() + "}", 8);
}

TEST_CASE("check 5: the header is JSON of the known schema") {
  CHECK(has(refused("{\"a\":" + entry() + ",}", 8), "not JSON"));
  refused("{\"a\":" + entry() + "", 8);
  CHECK(has(refused("{\"a\":" + entry() + ",\"a\":" + entry() + "}", 8), "stands twice"));
  CHECK(has(refused(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8),
            "same field twice"));
  CHECK(has(refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8),
            "unknown field"));
  CHECK(has(refused(R"({"a":{"dtype":"F32","shape":[2]}})", 8), "needs dtype"));
  CHECK(has(refused("{\"a\":{}}", 8), "needs dtype"));
  for (const char* number : {"2.0", "2e0", "-2", "-0", "18446744073709551616", "null", "true",
                             "\"2\"", "[2]", "{}", "02", "0x2", "NaN"}) {
    INFO(number);
    refused("{\"a\":" + entry("\"F32\"", fmt::format("[{}]", number)) + "}", 8);
  }
  for (const char* value : {"null", "3", "[]", "\"x\"", "true"}) {
    refused("{\"a\":" + std::string(value) + "}", 8);
  }
  refused("{\"a\":" + entry("\"F32\"", "2") + "}", 8);
  refused("{\"a\":" + entry("7") + "}", 8);
  const std::string deep(5000, '[');
  refused("{\"a\":" + deep + std::string(5000, ']') + "}", 8);
  std::string nested;
  for (int i = 0; i < 5000; ++i) nested += "{\"a\":";
  refused(nested + "1" + std::string(5000, '}'), 8);
}

TEST_CASE("check 6: metadata is text to text, within its limits") {
  for (const char* value : {"1", "null", "[\"x\"]", "{\"x\":\"y\"}", "true"}) {
    refused("{\"__metadata__\":{\"k\":" + std::string(value) + "}}", 0);
  }
  refused("{\"__metadata__\":[]}", 0);
  refused("{\"__metadata__\":null}", 0);
  CHECK(has(refused(R"({"__metadata__":{"k":"a","k":"b"}})", 0), "same key twice"));
  refused(R"({"__metadata__":{},"__metadata__":{}})", 0);
  CHECK(has(refused("{\"__metadata__\":{\"k\":\"" + std::string(17 << 20, 'x') + "\"}}", 0),
            "text of more than"));
  std::string many = "{\"__metadata__\":{\"0\":\"\"";
  for (int i = 1; i <= 10'000; ++i) many += ",\"" + std::to_string(i) + "\":\"\"";
  CHECK(has(refused(many + "}}", 0), "10000 entries"));
}

TEST_CASE("check 7: tensor names are short and free of control characters") {
  for (const char* name : {"", "a\\u0000b", "a\\nb", "a\\u001b[31m", "a\\u007f"}) {
    CHECK(has(refused("{\"" + std::string(name) + "\":" + entry() + "}", 8), "cannot name"));
  }
  CHECK(has(refused("{\"" + std::string(1025, 'n') + "\":" + entry() + "}", 8), "1024"));
  CHECK(opened(file_of("{\"" + std::string(1024, 'n') + "\":" + entry() + "}", 8)).tensors.size());
}

TEST_CASE("check 8: the dtype is a known one") {
  for (const char* dtype : {"F8_E4M3", "f32", "F32 ", "", "C64", "U64"}) {
    CHECK(has(refused("{\"a\":" + entry(fmt::format("\"{}\"", dtype)) + "}", 8), "not supported"));
  }
}

TEST_CASE("check 9: rank, sides and their product are bounded") {
  CHECK(has(refused("{\"a\":" + entry("\"F32\"", "[1,1,1,1,1,1,1,1,2]") + "}", 8), "8 dimensions"));
  CHECK(has(refused("{\"a\":" + entry("\"F32\"", "[1099511627777]") + "}", 8), "2^40"));
  const std::string big = "1099511627776";
  for (const std::string& shape : std::vector<std::string>{
           "[" + big + "," + big + "]", "[0," + big + "," + big + "]", "[4294967296,4294967296]",
           "[2147483648,2147483648,2]", "[" + big + ",4194304]"}) {
    CHECK(has(refused("{\"a\":" + entry("\"F32\"", shape) + "}", 8), "impossible shape"));
  }
}

TEST_CASE("check 10: a tensor's offsets span exactly its bytes") {
  for (const char* offsets : {"[0,7]", "[0,4]", "[0,16]", "[8,0]", "[8,8]",
                              "[18446744073709551615,7]", "[0]", "[0,8,8]", "[]"}) {
    INFO(offsets);
    refused("{\"a\":" + entry("\"F32\"", "[2]", offsets) + "}", 8);
  }
}

TEST_CASE("check 11: tensors leave no hole and do not overlap") {
  const auto pair = [](const char* first, const char* second) {
    return "{\"a\":" + entry("\"F32\"", "[2]", first) +
           ",\"b\":" + entry("\"F32\"", "[2]", second) + "}";
  };
  CHECK(opened(file_of(pair("[8,16]", "[0,8]"), 16)).tensors.size() == 2);
  CHECK(has(refused(pair("[0,8]", "[4,12]"), 12), "inside of the one before"));
  CHECK(has(refused(pair("[0,8]", "[0,8]"), 8), "inside of the one before"));
  CHECK(has(refused(pair("[0,8]", "[12,20]"), 20), "hole"));
  CHECK(has(refused(pair("[4,12]", "[12,20]"), 20), "hole"));
}

TEST_CASE("check 12: the tensors end where the file ends") {
  CHECK(has(refused("{\"a\":" + entry() + "}", 7), "truncated"));
  CHECK(has(refused("{\"a\":" + entry() + "}", 0), "truncated"));
  CHECK(has(refused("{\"a\":" + entry() + "}", 9), "appended"));
  CHECK(has(refused("{}", 1), "appended"));
}

TEST_CASE("check 13: data that is not aligned is copied to where it is") {
  const std::string header = "{\"b\":" + entry("\"U8\"", "[1]", "[0,1]") +
                             ",\"a\":" + entry("\"F64\"", "[1]", "[1,9]") + "} ";
  for (std::size_t extra = 0; extra < 8; ++extra) {
    std::string bytes = file_of(header + std::string(extra, ' '), 1);
    bytes += u64(std::bit_cast<std::uint64_t>(2.5));
    const Checkpoint checkpoint = opened(bytes);
    const at::Tensor value = checkpoint.tensors.at("a");
    CHECK(value.item<double>() == 2.5);
    CHECK(reinterpret_cast<std::uintptr_t>(value.const_data_ptr()) % 8 == 0);
  }
}

TEST_CASE("check 14: booleans are 0 or 1") {
  const std::string header = "{\"a\":" + entry("\"BOOL\"", "[2]", "[0,2]") + "}";
  CHECK(opened(u64(header.size()) + header + std::string("\1\0", 2)).tensors.size() == 1);
  CHECK(has(refused(u64(header.size()) + header + std::string("\1\2", 2)), "BOOL"));
}

// Check 15, of names, shapes and values against a model, is in checkpoint_test.cpp.

TEST_CASE("check 16: a sum listed in SHA256SUMS agrees") {
  const TemporaryFolder folder;
  const std::string bytes = file_of("{\"a\":" + entry() + "}", 8);
  const auto path = folder.file("m.safetensors", bytes);
  folder.file("SHA256SUMS", sha256("x") + "  other\n" + sha256(bytes) + "  m.safetensors\n");
  CHECK(open_checkpoint(path).tensors.size() == 1);
  std::string changed = bytes;
  changed.back() = 1;
  folder.file("m.safetensors", changed);
  CHECK(has(refusal(ExitCode::bad_data, [&] { open_checkpoint(path); }), "SHA-256"));
  CHECK(open_checkpoint(folder.file("unlisted", changed)).tensors.size() == 1);
}

TEST_CASE("check 17: a file that shrinks after it was opened is refused") {
  const TemporaryFolder folder;
  const auto path = folder.file("m.safetensors", file_of("{\"a\":" + entry() + "}", 8));
  const InputFile file(path);
  std::filesystem::resize_file(path, file.size() - 1);
  char bytes[8];
  refusal(ExitCode::bad_data, [&] { file.read(file.size() - 8, bytes, 8); });
  refusal(ExitCode::bad_data, [&] { file.expect_unchanged(); });
}

TEST_CASE("check 18: an index lists plain names in its own folder") {
  const TemporaryFolder folder;
  folder.file("1.safetensors", file_of("{\"a\":" + entry() + "}", 8));
  folder.file("2.safetensors", file_of("{\"b\":" + entry() + "}", 8));
  std::filesystem::create_directory(folder / "sub");
  folder.file("sub/3.safetensors", file_of("{\"c\":" + entry() + "}", 8));
  const auto index = [&](const std::string& map) {
    return folder.file("model.safetensors.index.json",
                       "{\"metadata\":{\"total_size\":16},\"weight_map\":{" + map + "}}");
  };
  const auto refuse = [&](const std::string& map) { return tests::refused_checkpoint(index(map)); };
  CHECK(open_checkpoint(index(R"("a":"1.safetensors","b":"2.safetensors")")).tensors.size() == 2);
  for (const std::string& name :
       {std::string("sub/3.safetensors"), std::string("../x"), std::string(".."), std::string(""),
        (folder / "1.safetensors").string(), std::string("sub\\\\3.safetensors"),
        std::string("1.safetensors\\u0000")}) {
    CHECK(has(refuse("\"c\":\"" + name + "\""), "plain name"));
  }
  CHECK(has(refuse(R"("a":1)"), "plain name"));
  CHECK(has(refuse(R"("a":"1.safetensors","a":"2.safetensors")"), "stands twice"));
  CHECK(has(refuse(R"("a":"1.safetensors","c":"1.safetensors")"), "does not hold tensor 'c'"));
  CHECK(has(refuse(R"("a":"2.safetensors")"), "not listed"));
  CHECK(has(refuse(R"("a":"model.safetensors.index.json")"), "is not safetensors"));
  CHECK(has(refuse(R"("a":[[[[[[]]]]]])"), "nested"));
  CHECK(has(refuse("\"a\":"), "not JSON"));
}

TEST_CASE("files of other kinds are named") {
  CHECK(has(refused("<!DOCTYPE html><html><body>Link does not exist</body>"), "a web page"));
  CHECK(has(refused("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "git lfs pull"));
  CHECK(has(refused("PK\x03\x04" + std::string(26, '\0')), "no list of its entries"));
  CHECK(has(refused("\x80\x04\x95 pickled"), "is a Python pickle"));
  CHECK(has(refused(std::string(257, '\0') + "ustar" + std::string(300, '\0')), "a tar archive"));
  CHECK(has(refused("some words of text, nothing else"), "not a known kind"));
}

// A small file with several dtypes, as the writer makes it.
std::string small_file(const TemporaryFolder& folder) {
  Checkpoint checkpoint;
  checkpoint.tensors["layer.weight"] = torch::arange(6, torch::kFloat).view({2, 3});
  checkpoint.tensors["layer.bias"] = torch::ones({3}, torch::kHalf);
  checkpoint.tensors["flags"] = torch::ones({5}, torch::kBool);
  checkpoint.tensors["count"] = torch::full({}, 7, torch::kLong);
  checkpoint.metadata["config"] = "{\"width\": 24}";
  write_checkpoint(folder / "small", checkpoint);
  return bytes_of(folder / "small");
}

// A mutant either is refused as bad data, or its tensors are backed by the file's bytes.
void expect_refused_or_sound(const std::filesystem::path& path, std::size_t file_bytes) {
  try {
    const Checkpoint checkpoint = open_checkpoint(path);
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : checkpoint.tensors) bytes += tensor.nbytes();
    REQUIRE(bytes <= file_bytes);
  } catch (const Error& error) {
    REQUIRE(error.code() == ExitCode::bad_data);
    REQUIRE(!has(error.what(), "\n"));
  }
}

TEST_CASE("no single flipped bit of the header makes the reader crash") {
  const TemporaryFolder folder;
  const std::string whole = small_file(folder);
  std::uint64_t header = 0;
  for (std::size_t i = 8; i-- > 0;) header = header << 8 | static_cast<std::uint8_t>(whole[i]);
  for (std::size_t bit = 0; bit < (8 + header) * 8; ++bit) {
    std::string mutant = whole;
    mutant[bit / 8] ^= static_cast<char>(1 << bit % 8);
    expect_refused_or_sound(folder.file("mutant", mutant), mutant.size());
  }
}

TEST_CASE("two thousand random mutants are refused or sound") {
  const TemporaryFolder folder;
  const std::string whole = small_file(folder);
  const std::string digits = "0123456789[]{}\",:-. ";
  std::mt19937 random(3);
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int round = 0; round < 2000; ++round) {
    std::string mutant = whole;
    for (std::size_t edits = 1 + below(4); edits > 0 && !mutant.empty(); --edits) {
      const std::size_t at = below(mutant.size());
      switch (below(5)) {
        case 0:
          mutant[at] = static_cast<char>(random());
          break;
        case 1:
          mutant[at] = digits[below(digits.size())];
          break;
        case 2:
          mutant.erase(at, 1 + below(8));
          break;
        case 3:
          mutant.insert(at, mutant.substr(below(mutant.size()), below(60)));
          break;
        default:
          mutant.resize(1 + at);
      }
    }
    expect_refused_or_sound(folder.file("mutant", mutant), mutant.size());
  }
}

}  // namespace
}  // namespace pincel::safetensors_test
