// SPDX-License-Identifier: MIT
#include "prompts/piece_tokenizer.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.h"
#include "prompts/tokenizer.h"
#include "tests/catch.h"
#include "tests/reference/token_strings.h"
#include "tests/temporary_folder.h"

namespace pincel::piece_tokenizer_test {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;
using nlohmann::json;
using tests::bytes_of;
using tests::has;
using tests::refusal;

const fs::path kFixtures = fs::path(PINCEL_SOURCE_DIR) / "tests/reference/fixtures";
const fs::path kT5 = kFixtures / "public/hugging_face_siglip/spiece.model";
const fs::path kT5Json = kFixtures / "public/open_clip_siglip/tokenizer.json";
const fs::path kGemma = kFixtures / "public/open_clip_siglip2/gemma_tokenizer.model";
const fs::path kGemmaJson = kFixtures / "public/hugging_face_siglip2/tokenizer.json";

std::shared_ptr<const TextTokenizer> open(const fs::path& path, std::string_view cleaning = "") {
  return make_piece_tokenizer(read_piece_vocabulary(path, cleaning));
}

std::string refused(const std::string& bytes) {
  return refusal(ExitCode::bad_data, [&] { make_piece_tokenizer({bytes, "", {}}); });
}

// CLIP's own merges are not in this repository: the launcher fetches them for the tests.
fs::path clip_merges() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  for (const fs::path& place : {fs::path(variable("PINCEL_CLIP_MERGES")),
                                fs::path(variable("XDG_CACHE_HOME")) / "pincel/clip-merges.txt",
                                fs::path(variable("HOME")) / ".cache/pincel/clip-merges.txt"}) {
    if (fs::is_regular_file(place)) return place;
  }
  return {};
}

// Blocks of strings whose ids are not those of the fingerprints.
std::size_t other_blocks(const TextTokenizer& tokenizer, const json& golden, std::size_t block) {
  static const std::vector<std::string> strings = reference::token_strings();
  std::size_t other = 0;
  const auto& marks = golden["fingerprints"];
  REQUIRE(marks.size() * block == strings.size());
  for (std::size_t i = 0; i < marks.size(); ++i) {
    std::uint64_t mark = reference::fnv("");
    for (std::size_t k = i * block; k < (i + 1) * block; ++k) {
      Ids ids = tokenizer.encode(strings[k]);
      ids.push_back(-1);
      mark = reference::fingerprint(ids, mark);
    }
    other += std::stoull(marks[i].get<std::string>(), nullptr, 16) == mark ? 0 : 1;
  }
  return other;
}

TEST_CASE("ids of ten thousand strings are those of the published tokenizers", "[reference]") {
  const json file = json::parse(bytes_of(kFixtures / "token_ids.json"));
  std::size_t compared = 0;
  for (const json& golden : file["golden"]) {
    const std::string kind = golden["kind"], vocabulary = golden["vocabulary"];
    INFO(kind);
    const auto block = file["block"].get<std::size_t>();
    if (!vocabulary.empty()) {
      const std::string cleaning = golden["cleaning"];
      CHECK(other_blocks(*open(kFixtures / "public" / vocabulary, cleaning), golden, block) == 0);
      ++compared;
    } else if (const auto merges = clip_merges(); !merges.empty()) {
      CHECK(other_blocks(Tokenizer::from_file(merges), golden, block) == 0);
    }
  }
  CHECK(compared == 5);
}

TEST_CASE("a context is pieces, the end, and padding up to its length") {
  const auto siglip = open(kT5);
  const TokenContext short_text = siglip->context("a red cat", 12);
  CHECK(short_text.ids.size() == 12);
  CHECK(short_text.filled == 12);
  CHECK(short_text.ids[short_text.used] == 1);  // "</s>", with which SigLIP also fills up
  CHECK(std::count(short_text.ids.begin(), short_text.ids.end(), 1) ==
        static_cast<std::ptrdiff_t>(12 - short_text.used));
  const TokenContext long_text = siglip->context("a red cat on a red mat", 5);
  CHECK(long_text.used == 4);
  CHECK(long_text.total > 4);
  CHECK(long_text.ids.back() == 1);
  const TokenContext gemma = open(kGemmaJson)->context("", 4);
  CHECK(gemma.ids == Ids{1, 0, 0, 0});
  CHECK(gemma.used == 0);
}

TEST_CASE("texts are cleaned as the vocabulary's package does") {
  CHECK(canonical_text("A_b  C!", TextCleaning::none) == "A_b  C!");
  CHECK(canonical_text("A_b  C! ΟΔΟΣ", TextCleaning::lower) == "a_b  c! οδοσ");
  CHECK(canonical_text(" A_b\t C!\x1f- ΟΔΟΣ ", TextCleaning::siglip) == " ab c οδος");
  CHECK(canonical_text(" A_b\t C! &amp; ΟΔΟΣ ", TextCleaning::canonicalize) == "a b c οδος");
  for (const char* name : {"none", "lower", "siglip", "canonicalize"}) {
    CHECK(name_of(text_cleaning(name)) == name);
  }
  CHECK(has(refusal(ExitCode::bad_data, [] { text_cleaning("whitespace"); }), "'whitespace'"));
}

TEST_CASE("words of many pieces are unfamiliar") {
  CHECK(open(kT5)->unfamiliar_words("a zzyzxqqq cat") == std::vector<std::string>{"zzyzxqqq"});
}

TEST_CASE("vocabularies of pieces are told from merges") {
  for (const fs::path& path : {kT5, kT5Json, kGemma, kGemmaJson}) {
    INFO(path);
    CHECK(is_piece_vocabulary(bytes_of(path)));
  }
  CHECK_FALSE(is_piece_vocabulary("#version: 0.2\ni n\n"));
  CHECK_FALSE(is_piece_vocabulary(R"({"model": {"type": "BPE", "merges": ["i n"]}})"));
  CHECK_FALSE(is_piece_vocabulary("{"));
}

TEST_CASE("a tokenizer_config.json names the padding") {
  const tests::TemporaryFolder folder;
  fs::copy(kGemmaJson, folder / "tokenizer.json");
  const auto padding = [&](const std::string& config) {
    folder.file("tokenizer_config.json", config);
    return open(folder / "tokenizer.json")->context("", 3).ids.back();
  };
  CHECK(padding("{}") == 0);
  CHECK(padding(R"({"pad_token": "<eos>"})") == 1);
  CHECK(padding(R"({"pad_token": {"content": "<bos>"}})") == 2);
  CHECK(has(refusal(ExitCode::bad_data, [&] { padding(R"({"pad_token": "none"})"); }), "'none'"));
}

TEST_CASE("a vocabulary packed into metadata comes back") {
  for (const fs::path& path : {kT5, kGemmaJson}) {
    PieceVocabulary vocabulary = read_piece_vocabulary(path);
    const PieceVocabulary same = PieceVocabulary::unpacked(vocabulary.packed());
    CHECK(same.bytes == vocabulary.bytes);
    CHECK(same.cleaning == vocabulary.cleaning);
    CHECK(same.padding == vocabulary.padding);
  }
  const auto unpack = [](const std::string& text) {
    return refusal(ExitCode::bad_data, [&] { PieceVocabulary::unpacked(text); });
  };
  json packed = json::parse(read_piece_vocabulary(kT5).packed());
  CHECK_FALSE(unpack("{}").empty());
  packed["bytes"] = packed["bytes"].get<int>() + 1;
  CHECK(has(unpack(packed.dump()), "damaged"));
  packed["bytes"] = std::uint64_t{1} << 40U;
  CHECK(has(unpack(packed.dump()), "1099511627776"));
  packed["bytes"] = 3;
  packed["zlib"] = "?";
  CHECK_FALSE(unpack(packed.dump()).empty());
}

TEST_CASE("a SentencePiece model cut short or changed is refused or still sound") {
  const std::string bytes = bytes_of(kT5);
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    INFO(size);
    CHECK_FALSE(refused(bytes.substr(0, size)).empty());
  }
  std::uint64_t number = 1;
  std::size_t sound = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string other = bytes;
    number = number * 6364136223846793005ULL + 1442695040888963407ULL;
    other[(number >> 33U) % other.size()] = static_cast<char>(number >> 20U);
    try {
      const auto tokenizer = make_piece_tokenizer({other, "", TextCleaning::siglip});
      tokenizer->context("a red cat, ａ １ \xe3\x80\x80 naïve ΟΔΟΣ 日本", 16);
      ++sound;
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::bad_data);
    }
  }
  CHECK(sound > 0);
}

TEST_CASE("a tokenizer.json that SentencePiece and Gemma have not is refused") {
  const json t5 = json::parse(bytes_of(kT5Json)), gemma = json::parse(bytes_of(kGemmaJson));
  const auto with = [](json tree, const char* pointer, const json& value) {
    tree[json::json_pointer(pointer)] = value;
    return refused(tree.dump());
  };
  CHECK(has(with(t5, "/model/type", "WordPiece"), "WordPiece"));
  CHECK(has(with(t5, "/normalizer", {{"type", "BertNormalizer"}}), "BertNormalizer"));
  CHECK(has(with(t5, "/pre_tokenizer", {{"type", "ByteLevel"}}), "ByteLevel"));
  CHECK(has(with(t5, "/model/unk_id", 1000000), "Unigram"));
  CHECK(has(with(t5, "/model/vocab/5", "x"), "entry 5"));
  CHECK(has(with(t5, "/model/vocab/5", json{"", -1.0}), "short text"));
  CHECK(has(with(t5, "/normalizer/normalizers/0/precompiled_charsmap", "!"), "base64"));
  CHECK(has(with(t5, "/normalizer/normalizers/0/precompiled_charsmap", "AAAA"), "trie"));
  CHECK(has(with(gemma, "/normalizer", {{"type", "Prepend"}}), "Prepend"));
  CHECK(has(with(gemma, "/pre_tokenizer", {{"type", "ByteLevel"}}), "ByteLevel"));
  CHECK(has(with(gemma, "/model/byte_fallback", false), "expected Gemma's"));
  CHECK(has(with(gemma, "/model/merges/0", json{"qqq", "x"}), "qqq"));
  CHECK(has(with(gemma, "/model/merges/0", "qqqx"), "expected two pieces"));
  CHECK(has(with(gemma, "/model/vocab/a", -1), "has no number"));
  CHECK_FALSE(with(gemma, "/model/vocab", 7).empty());
  CHECK_FALSE(refused("{").empty());
  CHECK_FALSE(refused("").empty());
}

TEST_CASE("a Gemma vocabulary merges text of any length in good time") {
  const auto tokenizer = open(kGemmaJson);
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "red cat";
  CHECK(tokenizer->encode(text).size() > 20000);
}

TEST_CASE("many threads may cut texts at once") {
  for (const fs::path& path : {kT5, kGemmaJson}) {
    const auto tokenizer = open(path);
    std::vector<Ids> results(4);
    std::vector<std::thread> threads;
    for (Ids& result : results) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) result = tokenizer->encode("a red cat on 7 mats");
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Ids& result : results) CHECK(result == results.front());
  }
}

}  // namespace
}  // namespace pincel::piece_tokenizer_test
