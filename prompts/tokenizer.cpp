// SPDX-License-Identifier: MIT
#include "prompts/tokenizer.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/json_text.h"
#include "prompts/byte_symbols.h"
#include "prompts/clean_text.h"
#include "prompts/words.h"

namespace pincel {
namespace {

constexpr std::size_t kMostMerges = 48894;
constexpr std::size_t kMostMergesBytes = std::size_t{64} << 20U;
constexpr std::size_t kMostCachedWords = 200000;
constexpr std::size_t kFamiliarTokens = 3;
constexpr std::int32_t kNoToken = -1;

using Ids = std::vector<std::int32_t>;

struct TokenMerge {
  std::int32_t rank = 0;
  std::int32_t id = 0;
};

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U) |
         static_cast<std::uint32_t>(right);
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The merges of a tokenizer.json, each "left right" or ["left", "right"], as merges.txt has them.
std::string merges_of_json(const std::string& text) {
  const auto tree = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool is_bpe = tree.is_object() && tree.contains("model") && tree["model"].is_object() &&
                      tree["model"].value("type", "BPE") == "BPE" &&
                      tree["model"].contains("merges") && tree["model"]["merges"].is_array();
  require(is_bpe, ExitCode::bad_data, "is no byte-pair tokenizer.json");
  std::string merges;
  for (const auto& merge : tree["model"]["merges"]) {
    const bool is_pair =
        merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string();
    require(is_pair || merge.is_string(), ExitCode::bad_data,
            "has a merge that is {}, expected two tokens", json_text(merge));
    merges += is_pair ? merge[0].get<std::string>() + " " + merge[1].get<std::string>()
                      : merge.get<std::string>();
    merges += '\n';
  }
  return merges;
}

// gzread also passes plain files through.
std::string read_maybe_gzip(const std::filesystem::path& path) {
  require(std::filesystem::is_regular_file(path), ExitCode::missing_input,
          "{}: no such file; expected a merges file (text or gzip)", path.string());
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  require(file != nullptr, ExitCode::missing_input, "{}: cannot be opened: {}", path.string(),
          std::strerror(errno));
  std::string text;
  std::string block(std::size_t{1} << 16U, '\0');
  int count = 0;
  while ((count = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block, 0, static_cast<std::size_t>(count));
    require(text.size() <= kMostMergesBytes, ExitCode::bad_data,
            "{}: more than {} MiB of text; is this a merges file?", path.string(),
            kMostMergesBytes >> 20U);
  }
  // Only closing tells of data that ends too early.
  const bool is_whole = gzclose(file.release()) == Z_OK;
  require(count == 0 && is_whole, ExitCode::bad_data,
          "{}: damaged gzip data; fetch or make the file again", path.string());
  return text;
}

}  // namespace

struct Tokenizer::Vocabulary {
  ByteSymbols bytes = byte_symbols();
  std::vector<std::string> written;                  // id -> token as merges files write it
  std::unordered_map<std::string, std::int32_t> id;  // and back; the last of equal tokens counts
  std::unordered_map<std::uint64_t, TokenMerge> merges;
  std::string text;  // the merges, one per line
  std::int32_t start = 0;
  std::int32_t end = 0;

  mutable std::mutex mutex;  // guards cache
  mutable std::unordered_map<std::string, Ids> cache;

  explicit Vocabulary(std::string_view merges_text);
  void read_merges(std::string_view merges_text);
  void add_token(std::string token);
  std::int32_t known(std::string_view token, std::string_view line) const;
  Ids merged(std::string_view word) const;
  Ids word_ids(std::string_view word) const;
};

Tokenizer::Vocabulary::Vocabulary(std::string_view merges_text) {
  for (const std::string& byte : bytes.written) add_token(byte);
  for (const std::string& byte : bytes.written) add_token(byte + kEndOfWord);
  read_merges(merges_text);
  start = static_cast<std::int32_t>(written.size());
  add_token(std::string(kStartOfText));
  end = static_cast<std::int32_t>(written.size());
  add_token(std::string(kEndOfText));
}

void Tokenizer::Vocabulary::add_token(std::string token) {
  id[token] = static_cast<std::int32_t>(written.size());
  written.push_back(std::move(token));
}

std::int32_t Tokenizer::Vocabulary::known(std::string_view token, std::string_view line) const {
  const auto found = id.find(std::string(token));
  require(
      found != id.end(), ExitCode::bad_data,
      "merges: line \"{}\" joins \"{}\", which no earlier line makes; is this a CLIP merges file?",
      line, token);
  return found->second;
}

void Tokenizer::Vocabulary::read_merges(std::string_view merges_text) {
  struct Pair {
    std::int32_t left = 0;
    std::int32_t right = 0;
    std::string joined;
  };
  std::vector<Pair> pairs;
  text = "#version: 0.2\n";
  for (bool first = true; !merges_text.empty() && pairs.size() < kMostMerges; first = false) {
    const std::string_view line = next_line(merges_text);
    if (line.empty() || (first && line.find("#version") != line.npos)) continue;
    const std::size_t gap = line.find(' ');
    const bool is_pair = gap != line.npos && gap > 0 && gap + 1 < line.size() &&
                         line.find(' ', gap + 1) == line.npos;
    require(is_pair, ExitCode::bad_data,
            "merges: line \"{}\" after {} merges; expected two tokens with one space between them",
            line.substr(0, 80), pairs.size());
    const std::string_view left = line.substr(0, gap);
    const std::string_view right = line.substr(gap + 1);
    pairs.push_back({known(left, line), known(right, line), std::string(left).append(right)});
    add_token(pairs.back().joined);
    text.append(line).push_back('\n');
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    merges.try_emplace(pair_key(pair.left, pair.right),
                       TokenMerge{static_cast<std::int32_t>(i), id.at(pair.joined)});
  }
}

Ids Tokenizer::Vocabulary::merged(std::string_view word) const {
  Ids ids;
  ids.reserve(word.size());
  for (const char letter : word) ids.push_back(bytes.id.at(static_cast<unsigned char>(letter)));
  ids.back() += kByteCount;
  while (ids.size() > 1) {
    std::pair<std::int32_t, std::int32_t> best{kNoToken, kNoToken};
    TokenMerge merge{static_cast<std::int32_t>(kMostMerges), kNoToken};
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto found = merges.find(pair_key(ids[i], ids[i + 1]));
      if (found == merges.end() || found->second.rank >= merge.rank) continue;
      merge = found->second;
      best = {ids[i], ids[i + 1]};
    }
    if (merge.id == kNoToken) break;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ids.size(); ++kept) {
      const bool joins = i + 1 < ids.size() && ids[i] == best.first && ids[i + 1] == best.second;
      ids[kept] = joins ? merge.id : ids[i];
      i += joins ? 2 : 1;
    }
    ids.resize(kept);
  }
  return ids;
}

Ids Tokenizer::Vocabulary::word_ids(std::string_view word) const {
  if (word == kStartOfText) return {start};
  if (word == kEndOfText) return {end};
  std::string key(word);
  {
    const std::lock_guard lock(mutex);
    const auto found = cache.find(key);
    if (found != cache.end()) return found->second;
  }
  Ids ids = merged(word);
  const std::lock_guard lock(mutex);
  if (cache.size() >= kMostCachedWords) cache.clear();
  cache.emplace(std::move(key), ids);
  return ids;
}

Tokenizer::Tokenizer(std::shared_ptr<const Vocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)) {}

Tokenizer Tokenizer::from_merges(std::string_view text) {
  return Tokenizer(std::make_shared<const Vocabulary>(text));
}

Tokenizer Tokenizer::from_file(const std::filesystem::path& path) {
  const std::string text = read_maybe_gzip(path);
  try {
    return from_merges(text.starts_with('{') ? merges_of_json(text) : text);
  } catch (const Error& error) {
    throw Error(error.code(), path.string() + ": " + error.what());
  }
}

std::vector<std::int64_t> Tokenizer::encode(std::string_view text) const {
  const std::string clean = clean_text(text);
  std::vector<std::int64_t> ids;
  for (const std::string_view word : split_words(clean)) {
    const Ids tokens = vocabulary_->word_ids(word);
    ids.insert(ids.end(), tokens.begin(), tokens.end());
  }
  return ids;
}

Tokenizer::Context Tokenizer::context(std::string_view text, std::size_t length) const {
  require(length >= 2, ExitCode::bad_value,
          "context length {}: expected at least 2, for the start and the end token", length);
  const std::vector<std::int64_t> tokens = encode(text);
  Context context;
  context.total = tokens.size();
  context.used = std::min(tokens.size(), length - 2);
  context.ids.assign(length, 0);
  context.ids.front() = sot();
  std::copy_n(tokens.begin(), context.used, context.ids.begin() + 1);
  context.ids.at(context.used + 1) = eot();
  context.filled = context.used + 2;
  return context;
}

std::vector<std::string> Tokenizer::unfamiliar_words(std::string_view text) const {
  const std::string clean = clean_text(text);
  std::vector<std::string> words;
  for (const std::string_view word : split_words(clean)) {
    if (vocabulary_->word_ids(word).size() > kFamiliarTokens) words.emplace_back(word);
  }
  return words;
}

std::vector<std::string> Tokenizer::familiar_words() const {
  std::vector<std::string> words;
  for (const std::string_view token : vocabulary_->written) {
    if (!token.ends_with(kEndOfWord)) continue;
    const std::string_view word = token.substr(0, token.size() - std::strlen(kEndOfWord));
    const bool has_letters = std::all_of(
        word.begin(), word.end(), [](char letter) { return letter >= 'a' && letter <= 'z'; });
    if (word.size() > 2 && has_letters) words.emplace_back(word);
  }
  return words;
}

std::string Tokenizer::decode(const std::vector<std::int64_t>& ids) const {
  const Vocabulary& vocabulary = *vocabulary_;
  std::unordered_map<std::string, char> byte_of;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const auto id = static_cast<std::size_t>(vocabulary.bytes.id.at(byte));
    byte_of[vocabulary.bytes.written.at(id)] = static_cast<char>(byte);
  }
  std::string text;
  for (const std::int64_t id : ids) {
    require(id >= 0 && static_cast<std::size_t>(id) < vocab_size(), ExitCode::bad_value,
            "token {}: expected 0 to {}", id, vocab_size() - 1);
    if (id == sot() || id == eot()) continue;
    std::string_view token = vocabulary.written.at(static_cast<std::size_t>(id));
    const bool ends_word = token.ends_with(kEndOfWord);
    if (ends_word) token.remove_suffix(std::strlen(kEndOfWord));
    while (!token.empty()) {
      const std::size_t bytes = static_cast<unsigned char>(token.front()) < 0x80 ? 1 : 2;
      text.push_back(byte_of.at(std::string(token.substr(0, bytes))));
      token.remove_prefix(bytes);
    }
    if (ends_word) text.push_back(' ');
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::int64_t Tokenizer::sot() const { return vocabulary_->start; }
std::int64_t Tokenizer::eot() const { return vocabulary_->end; }
std::size_t Tokenizer::vocab_size() const { return vocabulary_->written.size(); }
const std::string& Tokenizer::merges() const { return vocabulary_->text; }

}  // namespace pincel
