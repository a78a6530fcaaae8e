// SPDX-License-Identifier: MIT
#include "prompts/tokenizer.h"

#include <fmt/core.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/error.h"
#include "prompts/clean_text.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::tokenizer_test {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;

// CLIP's own merges are not in this repository: the launcher fetches them for the tests.
std::optional<fs::path> clip_merges() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::vector<fs::path> places = {variable("PINCEL_CLIP_MERGES")};
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    places.push_back(fs::path(cache) / "pincel/clip-merges.txt");
  places.push_back(fs::path(variable("HOME")) / ".cache/pincel/clip-merges.txt");
  for (const fs::path& place : places) {
    if (!place.empty() && fs::is_regular_file(place)) return place;
  }
  return std::nullopt;
}

nlohmann::json golden_rows() {
  const std::string path =
      std::string(PINCEL_SOURCE_DIR) + "/tests/reference/fixtures/tokenizer_golden.json.gz";
  gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string text;
  std::string block(1U << 16U, '\0');
  for (int count = 0; (count = gzread(file, block.data(), 1U << 16U)) > 0;)
    text.append(block, 0, static_cast<std::size_t>(count));
  gzclose(file);
  return nlohmann::json::parse(text);
}

std::string error_of(const std::string& merges) {
  try {
    Tokenizer::from_merges(merges);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::bad_data);
    return error.what();
  }
  return "";
}

const Tokenizer& small() {
  static const Tokenizer tokenizer =
      Tokenizer::from_merges("#version: 0.2\nc a\nca t</w>\nd o\ndo g</w>\na b\n");
  return tokenizer;
}

}  // namespace

TEST_CASE("a vocabulary is bytes, bytes that end a word, merges, start and end") {
  CHECK(small().vocab_size() == 512 + 5 + 2);
  CHECK(small().sot() == 517);
  CHECK(small().eot() == 518);
  CHECK(small().encode("cat") == Ids{513});
  CHECK(small().encode("!") == Ids{256});
  CHECK(small().encode("a") == Ids{256 + 'a' - 33});
}

TEST_CASE("the earliest merge is made first, at every place from left to right") {
  CHECK(small().encode("dogcat").size() == 3);  // "do", "g", "cat</w>"
  CHECK(small().encode("ababx") == Ids{516, 516, 256 + 'x' - 33});
  CHECK(small().encode("cab") == Ids{512, 256 + 'b' - 33});  // "c a" was learnt before "a b"
}

TEST_CASE("a context is start, tokens, end and zeros") {
  const Tokenizer::Context context = small().context("cat dog", 6);
  CHECK(context.ids == Ids{517, 513, 515, 518, 0, 0});
  CHECK(context.used == 2);
  CHECK(context.total == 2);
}

TEST_CASE("a text too long for its context is cut and keeps its end") {
  const Tokenizer::Context context = small().context("cat dog cat dog", 4);
  CHECK(context.ids == Ids{517, 513, 515, 518});
  CHECK(context.used == 2);
  CHECK(context.total == 4);
  CHECK_THROWS_AS(small().context("cat", 1), Error);
}

TEST_CASE("an empty text has no tokens") {
  CHECK(small().encode("").empty());
  CHECK(small().encode(" \n ").empty());
  CHECK(small().context("", 3).ids == Ids{517, 518, 0});
}

TEST_CASE("words of many tokens are unfamiliar") {
  CHECK(small().unfamiliar_words("cat zzyzx dog") == std::vector<std::string>{"zzyzx"});
}

TEST_CASE("ids are read back as text") {
  CHECK(small().decode(small().encode("a cat, wörld 猫")) == "a cat , wörld 猫");
  CHECK_THROWS_AS(small().decode({519}), Error);
}

TEST_CASE("merges come out as they went in") {
  CHECK(Tokenizer::from_merges(small().merges()).merges() == small().merges());
}

TEST_CASE("only the first 48894 merges count, as in CLIP's file") {
  std::string merges;
  std::string token = "a";
  for (int i = 0; i < 300; ++i) {
    merges += token + " b\n";
    token += "b";
  }
  CHECK(Tokenizer::from_merges(merges).vocab_size() == 512 + 300 + 2);
}

TEST_CASE("damaged merges are refused with their line") {
  CHECK(error_of("a\n").find("\"a\"") != std::string::npos);
  CHECK(error_of("a b c\n").find("expected two tokens") != std::string::npos);
  CHECK(error_of("zz a\n").find("no earlier line makes") != std::string::npos);
  CHECK_FALSE(error_of("<html>\n").empty());
}

TEST_CASE("a tokenizer.json gives the merges in it, as words or as pairs") {
  const tests::TemporaryFolder folder;
  const auto read = [&](const std::string& merges) {
    const auto path =
        folder.file("tokenizer.json", R"({"model": {"type": "BPE", "merges": )" + merges + "}}");
    return Tokenizer::from_file(path).merges();
  };
  CHECK(read(R"(["i n", "a n</w>"])") == "#version: 0.2\ni n\na n</w>\n");
  CHECK(read(R"([["i", "n"], ["a", "n</w>"]])") == "#version: 0.2\ni n\na n</w>\n");
  CHECK_THROWS_AS(read(R"([["i"]])"), Error);
  CHECK_THROWS_AS(read("7"), Error);
}

TEST_CASE("a merges file may be plain or gzip, and must exist") {
  const fs::path folder = fs::temp_directory_path() / fmt::format("pincel-tok-{}", getpid());
  fs::create_directories(folder);
  std::ofstream(folder / "plain.txt") << small().merges();
  gzFile file = gzopen((folder / "packed.gz").c_str(), "wb");
  gzwrite(file, small().merges().data(), static_cast<unsigned>(small().merges().size()));
  gzclose(file);
  CHECK(Tokenizer::from_file(folder / "plain.txt").merges() == small().merges());
  CHECK(Tokenizer::from_file(folder / "packed.gz").merges() == small().merges());
  fs::resize_file(folder / "packed.gz", fs::file_size(folder / "packed.gz") - 9);
  CHECK_THROWS_AS(Tokenizer::from_file(folder / "packed.gz"), Error);
  CHECK_THROWS_AS(Tokenizer::from_file(folder / "none.txt"), Error);
  CHECK_THROWS_AS(Tokenizer::from_file(folder), Error);
  fs::remove_all(folder);
}

TEST_CASE("many threads may encode at once") {
  const Tokenizer tokenizer = small();
  std::vector<std::thread> threads;
  std::vector<Ids> results(4);
  for (Ids& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) result = tokenizer.encode(fmt::format("cat dog {}x", i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Ids& result : results) CHECK(result == results.front());
}

TEST_CASE("ids equal CLIP's on the golden strings", "[reference]") {
  const auto path = clip_merges();
  if (!path) SKIP("CLIP's merges are not there; `pincel test` fetches them");
  const Tokenizer tokenizer = Tokenizer::from_file(*path);
  CHECK(tokenizer.vocab_size() == 49408);
  CHECK(tokenizer.sot() == 49406);
  CHECK(tokenizer.eot() == 49407);
  const std::vector<std::pair<std::string, Ids>> golden = {
      {"a photo of a cat", {320, 1125, 539, 320, 2368}},
      {"A Diagram", {320, 22697}},
      {"it's they'RE I'll", {585, 568, 889, 982, 328, 1342}},
      {"  multiple   spaces\tand\nnewline ", {6470, 9006, 537, 1218, 1148}},
      {"caf\u00e9", {15304}},
      {"cafe\u0301", {15304}},
      {"&lt;b&gt; &amp;amp; AT&amp;T", {283, 321, 285, 261, 536, 261, 339}},
      {"“smart quotes” ’s", {257, 4115, 5808, 257, 568}},
      {"donâ€™t", {847, 713}},
      {"123 45.6", {272, 273, 274, 275, 276, 269, 277}},
      {"😀 emoji ❤️", {7334, 16327, 1752}},
      {"你好", {47466, 254, 29290, 377}},
      {"ΟΔΟΣ", {138, 123, 138, 112, 138, 123, 139, 480}},
      {"İstanbul", {328, 16384, 11231}},
      {"ﬁne", {3797}},
      {"<|endoftext|> x", {49407, 343}},
      {"a\u200bb", {320, 9844, 321}},
      {"x²", {343, 41175}},
      {"①", {158, 239, 510}},
      {"ＡＢ", {3937}},
      {"a_b-c", {320, 318, 321, 268, 322}},
      {"!!!???...", {11194, 5195, 22641}},
      {"", {}},
      {"trending on artstation | unreal engine:1.5",
       {6087, 525, 1486, 2631, 347, 15636, 5857, 281, 272, 269, 276}},
  };
  for (const auto& [text, ids] : golden) {
    INFO(text);
    CHECK(tokenizer.encode(text) == ids);
  }
}

TEST_CASE("text is cleaned as CLIP cleans it, two thousand strings", "[reference]") {
  const nlohmann::json golden = golden_rows();
  REQUIRE(golden["exact"].size() > 2000);
  for (const auto& row : golden["exact"]) {
    const auto text = row["text"].get<std::string>();
    INFO(text);
    CHECK(clean_text(text) == row["clean"].get<std::string>());
  }
  std::size_t mended = 0;
  for (const auto& row : golden["best_effort"])
    mended += clean_text(row["text"].get<std::string>()) == row["clean"].get<std::string>() ? 1 : 0;
  CHECK(mended * 10 >= golden["best_effort"].size() * 9);
}

TEST_CASE("ids equal CLIP's on two thousand strings of many scripts", "[reference]") {
  const auto path = clip_merges();
  if (!path) SKIP("CLIP's merges are not there; `pincel test` fetches them");
  const Tokenizer tokenizer = Tokenizer::from_file(*path);
  const nlohmann::json golden = golden_rows();
  for (const auto& row : golden["exact"]) {
    const auto text = row["text"].get<std::string>();
    INFO(text);
    CHECK(tokenizer.encode(text) == row["ids"].get<Ids>());
  }
}

}  // namespace pincel::tokenizer_test
