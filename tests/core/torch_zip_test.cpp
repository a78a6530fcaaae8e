// SPDX-License-Identifier: MIT
// Files as torch.save writes them, each broken by hand in one place.
#include <torch/torch.h>

#include <random>

#include "tests/core/hostile_file.h"
#include "tests/core/zip_bytes.h"

namespace pincel::torch_zip_test {
namespace {

using tests::has;
using tests::TemporaryFolder;
using tests::Zip;
using tests::ZipPart;
namespace pickled = tests::pickled;

const std::string kFour = std::string("\0\0\x80\x3f", 4) + std::string("\0\0\0\x40", 4) +
                          std::string("\0\0\x40\x40", 4) + std::string("\0\0\x80\x40", 4);

std::string plain_tensor() { return pickled::tensor(pickled::storage(), 0, {2, 2}, {2, 1}); }

std::string plain_pickle() {
  return pickled::whole(pickled::dict(pickled::text("a") + plain_tensor()));
}

// A sound file of one tensor; its parts are data.pkl and data/0.
Zip zip_of(const std::string& pickle) {
  Zip zip;
  zip.parts.push_back({.name = "m/data.pkl", .bytes = pickle});
  zip.parts.push_back({.name = "m/data/0", .bytes = kFour});
  return zip;
}

Zip sound() { return zip_of(plain_pickle()); }

std::string refused(const std::string& bytes) {
  const TemporaryFolder folder;
  return tests::refused_checkpoint(folder, bytes);
}

std::string refused_pickle(const std::string& pickle) { return refused(zip_of(pickle).bytes()); }

std::string refused_tensor(const std::string& tensor) {
  return refused_pickle(pickled::whole(pickled::dict(pickled::text("a") + tensor)));
}

Checkpoint opened(const std::string& bytes, const Wanted& wanted = {}) {
  const TemporaryFolder folder;
  return open_checkpoint(folder.file("m.pt", bytes), wanted);
}

// What `change` makes of a sound file is refused with words that hold `part`.
template <class Change>
void expect_refused(const std::string& part, Change&& change) {
  Zip zip = sound();
  change(zip);
  const std::string message = refused(zip.bytes());
  INFO(message);
  CHECK(has(message, part));
}

TEST_CASE("a zip as torch.save writes it opens") {
  const Checkpoint checkpoint = opened(sound().bytes());
  REQUIRE(checkpoint.tensors.size() == 1);
  CHECK(torch::equal(checkpoint.tensors.at("a"), torch::tensor({{1.0F, 2.0F}, {3.0F, 4.0F}})));
}

TEST_CASE("a tensor that is not wanted has a shape but no values") {
  const Checkpoint checkpoint = opened(sound().bytes(), [](const std::string&) { return false; });
  CHECK(checkpoint.tensors.at("a").is_meta());
  CHECK(checkpoint.tensors.at("a").sizes() == at::IntArrayRef{2, 2});
}

TEST_CASE("a zip whose list is broken is refused") {
  CHECK(has(refused(sound().bytes() + "x"), "no list of its entries"));
  expect_refused("part of several", [](Zip& z) { z.disk = 1; });
  expect_refused("does not reach its end", [](Zip& z) { z.size_off = -1; });
  expect_refused("does not reach its end", [](Zip& z) { z.size_off = 1; });
  expect_refused("does not reach its end", [](Zip& z) { z.offset_off = 5; });
  expect_refused("does not reach its end", [](Zip& z) { z.offset_off = -5; });
  expect_refused("does not reach its end", [](Zip& z) { z.between = "gap"; });
  expect_refused("longer than its entries", [](Zip& z) { z.count_off = -1; });
  expect_refused("claims 3 entries", [](Zip& z) { z.count_off = 1; });
  expect_refused("claims 65000 entries", [](Zip& z) { z.count_off = 64'998; });
  expect_refused("two ends",
                 [](Zip& z) { z.comment = "PK\x05\x06" + std::string(16, '\0') + tests::u16(0); });
}

TEST_CASE("a zip with an entry that two readers could read differently is refused") {
  expect_refused("two entries", [](Zip& z) { z.parts.push_back(z.parts[1]); });
  expect_refused("calls itself", [](Zip& z) { z.parts[1].listed_name = "m/data/1"; });
  expect_refused("two ways", [](Zip& z) { z.parts[1].method = 8; });
  expect_refused("two ways", [](Zip& z) { z.parts[1].listed_method = 8; });
  expect_refused("two ways", [](Zip& z) { z.parts[1].size = 15; });
  expect_refused("packed by method 12", [](Zip& z) { z.parts[1].listed_method = 12; });
  expect_refused("stored with 16 of 99", [](Zip& z) { z.parts[1].listed_size = 99; });
  expect_refused("stored with 12 of 16", [](Zip& z) { z.parts[1].listed_packed = 12; });
  expect_refused("is encrypted", [](Zip& z) { z.parts[1].listed_flags = 1; });
  expect_refused("two ways", [](Zip& z) { z.parts[1].flags = 1; });
  expect_refused("on another disk", [](Zip& z) { z.parts[1].disk = 3; });
  expect_refused("is a link", [](Zip& z) {
    z.parts[1].made_by = 3 << 8;
    z.parts[1].attributes = std::uint64_t{0120777} << 16;
  });
  expect_refused("lies outside", [](Zip& z) { z.parts[1].moved = 1'000'000; });
  expect_refused("shares bytes", [](Zip& z) { z.parts[1].moved = -7; });
  expect_refused("no header of its own", [](Zip& z) { z.parts[1].moved = 7; });
  expect_refused("shares bytes", [](Zip& z) {
    z.parts[0].size = z.parts[0].listed_size = z.parts[0].listed_packed = 1'000;
  });
  expect_refused("lacks its long sizes",
                 [](Zip& z) { z.parts[1].listed_size = z.parts[1].listed_packed = 0xFFFFFFFF; });
  expect_refused("lacks its long sizes", [](Zip& z) {
    z.parts[1].listed_size = 0xFFFFFFFF;
    z.parts[1].listed_extra = tests::u16(1) + tests::u16(60'000);
  });
}

TEST_CASE("a zip with an unsafe name is refused") {
  for (const std::string name :
       {"/m/data/0", "m/../data/0", "..", "m\\data\\0", "m/data/\n0", "m/data/\xff", ""}) {
    expect_refused("unsafe name", [&](Zip& z) { z.parts[1].name = z.parts[1].listed_name = name; });
  }
  expect_refused("unsafe name",
                 [](Zip& z) { z.parts[1].name = z.parts[1].listed_name = std::string(1025, 'n'); });
}

TEST_CASE("a zip that holds no checkpoint says so") {
  expect_refused("is a zip of 1 files without data.pkl",
                 [](Zip& z) { z.parts = {{.name = "model.ckpt", .bytes = kFour}}; });
  expect_refused("two pickles", [](Zip& z) {
    z.parts.push_back({.name = "n/data.pkl", .bytes = plain_pickle()});
  });
  expect_refused("big-endian",
                 [](Zip& z) { z.parts.push_back({.name = "m/byteorder", .bytes = "big"}); });
  expect_refused("checksum is wrong", [](Zip& z) { z.parts[0].crc ^= 1U; });
  expect_refused("the zip holds 0", [](Zip& z) { z.parts.pop_back(); });
  expect_refused("the zip holds 12",
                 [](Zip& z) { z.parts[1] = {.name = "m/data/0", .bytes = kFour.substr(4)}; });
  expect_refused("the pickle ends after", [](Zip& z) {
    z.parts[0] = {.name = "m/data.pkl", .bytes = plain_pickle() + "x"};
  });
}

TEST_CASE("a zip cut short at any byte is refused") {
  const std::string whole = sound().bytes();
  for (std::size_t length = 4; length < whole.size(); length += 3) {
    refused(whole.substr(0, length));
  }
}

TEST_CASE("a pickle that is not well-formed is refused") {
  const auto check = [](const std::string& part, const std::string& pickle) {
    const std::string message = refused_pickle(pickle);
    INFO(message);
    CHECK(has(message, part));
  };
  check("is cut short", "");
  check("does not start as a pickle", "}.");
  check("unknown protocol", "\x80\x09}.");
  check("is cut short", "\x80\x02}");
  check("unfinished value", "\x80\x02.");
  check("unfinished value", pickled::whole("}}"));
  check("unfinished value", pickled::whole("}("));
  check("empty stack", pickled::whole("0}"));
  check("empty stack", pickled::whole("(R}"));
  check("empty stack", pickled::whole("2"));
  check("mark that is not there", pickled::whole("t"));
  check("mark that is not there", pickled::whole("}1"));
  check("does not remember", pickled::whole("h\x05"));
  check("too large a number", pickled::whole("}r" + tests::u32(0xF0000000)));
  check("is cut short", pickled::whole("X" + tests::u32(0x7FFFFFFF) + "a"));
  check("is cut short", "\x80\x04\x8d" + tests::u64(~std::uint64_t{0}) + "a.");
  check("frame", "\x80\x04\x95" + tests::u64(1'000'000) + "}.");
  check("is not a list", pickled::whole("}Na"));
  check("is not a list", pickled::whole(")(Ne"));
  check("is not a set", "\x80\x04](N\x90.");
  check("not a dict", pickled::whole("]NNs"));
  check("key without a value", pickled::whole("}(NNNu"));
  check("not a class", pickled::whole("})R"));
  check("not a tuple", pickled::whole(pickled::symbol("os", "system") + "]R"));
  check("what has none", pickled::whole("}}b"));
  check("not a tuple", pickled::whole("NQ"));
  check("without a name", pickled::whole("c\nname\n"));
  check("is cut short", pickled::whole("cos"));
  check("what is not text", "\x80\x04NN\x93.");
  check("without keywords", "\x80\x04" + pickled::symbol("a", "b") + ")N\x92.");
  for (const char refused_op : {'i', 'o', 'P', '\x82', '\x83', '\x84', '\x96', '\x97', '\x98', 'I',
                                'L', 'S', 'V', 'g', 'p', 'd', 'l', 'F'}) {
    check("which no checkpoint needs", pickled::whole(std::string(1, refused_op)));
  }
}

TEST_CASE("a pickle that makes more than its file could need is refused") {
  CHECK(has(refused_pickle(pickled::whole(std::string(400'000, ']'))),
            "more than a file of its size"));
  std::string doubling = "]";  // a list of lists of lists, each twice
  for (int i = 0; i < 60; ++i) doubling += "2\x86";
  CHECK(opened(zip_of(pickled::whole(doubling)).bytes()).tensors.empty());
  std::string deep = "N";
  for (int i = 0; i < 200; ++i) deep = pickled::dict(pickled::text("d") + deep);
  CHECK(has(refused_pickle(pickled::whole(deep)), "nested too deeply"));
  const std::string endless = "}q\x01(" + pickled::text("self") + "h\x01u";
  CHECK(has(refused_pickle(pickled::whole(endless)), "nested too deeply"));
}

TEST_CASE("a tensor that does not fit its storage is refused") {
  using pickled::storage;
  using pickled::tensor;
  const auto check = [](const std::string& part, const std::string& made) {
    const std::string message = refused_tensor(made);
    INFO(message);
    CHECK(has(message, part));
  };
  const std::int64_t huge = std::int64_t{1} << 39;
  check("reaches element 4", tensor(storage(), 1, {4}, {1}));
  check("reaches element 6", tensor(storage(), 0, {2, 2}, {5, 1}));
  check("starts at -1", tensor(storage(), -1, {2}, {1}));
  check("a size of -2", tensor(storage(), 0, {-2}, {1}));
  check("stride of -1", tensor(storage(), 3, {4}, {-1}));
  check("1 sizes and 2 strides", tensor(storage(), 0, {4}, {1, 1}));
  check("elements in a storage of 4", tensor(storage(), 0, {1'000'000}, {0}));
  check("larger than any memory", tensor(storage(), 0, {huge, huge}, {0, 0}));
  check("larger than any memory", tensor(storage(), 0, {huge, huge}, {huge, huge}));
  check("9 dimensions",
        tensor(storage(), 0, std::vector<std::int64_t>(9, 1), std::vector<std::int64_t>(9, 1)));
  check("the zip holds 16", tensor(storage("FloatStorage", "0", 5), 0, {4}, {1}));
  check("the zip holds 16", tensor(storage("DoubleStorage", "0", 4), 0, {4}, {1}));
  check("the zip holds 0", tensor(storage("FloatStorage", "../0", 4), 0, {4}, {1}));
  check("storage of -1", tensor(storage("FloatStorage", "0", -1), 0, {0}, {1}));
  check("not known here", tensor(storage("QInt8Storage"), 0, {4}, {1}));
  check("not known here", tensor(storage("ComplexFloatStorage"), 0, {4}, {1}));
  check("bytes other than 0 and 1", tensor(storage("BoolStorage", "0", 16), 0, {2}, {2}));
  check("has no storage", tensor("N", 0, {4}, {1}));
  check("storage described by 2", tensor("(NNtQ", 0, {4}, {1}));
  check("storage without a key", tensor("(NNNNNtQ", 0, {4}, {1}));
  check("too few", pickled::symbol("torch._utils", "_rebuild_tensor_v2") + "(" + storage() + "tR");
  check("parameter around no tensor",
        pickled::symbol("torch._utils", "_rebuild_parameter") + "(NNNtR");
  check("expected a dense tensor",
        pickled::symbol("torch._utils", "_rebuild_tensor_sparse") + ")R");
}

TEST_CASE("what a pickle calls is never called") {
  const TemporaryFolder folder;
  const auto witness = folder / "witness";
  const std::string call = pickled::symbol("os", "system") +
                           pickled::tuple(pickled::text("touch " + witness.string())) + "R";
  const auto pickle = pickled::whole(
      pickled::dict(pickled::text("evil") + call + pickled::text("a") + plain_tensor()));
  CHECK(opened(zip_of(pickle).bytes()).tensors.size() == 1);
  CHECK(!std::filesystem::exists(witness));
}

TEST_CASE("random mutants of a zip are refused or sound") {
  const std::string whole = sound().bytes();
  const TemporaryFolder folder;
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string mutant = whole;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      mutant[random() % mutant.size()] = static_cast<char>(random());
    }
    const auto path = folder.file("mutant", mutant);
    try {
      std::size_t bytes = 0;
      for (const auto& [name, tensor] : open_checkpoint(path).tensors) bytes += tensor.nbytes();
      REQUIRE(bytes <= mutant.size());
    } catch (const Error& error) {
      REQUIRE(error.code() == ExitCode::bad_data);
      REQUIRE(!has(error.what(), "\n"));
    }
  }
}

}  // namespace
}  // namespace pincel::torch_zip_test
