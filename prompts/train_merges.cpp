// SPDX-License-Identifier: MIT
#include "prompts/train_merges.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <queue>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "prompts/byte_symbols.h"
#include "prompts/clean_text.h"
#include "prompts/words.h"

namespace pincel {
namespace {

using Pair = std::pair<std::int32_t, std::int32_t>;

struct Word {
  std::vector<std::int32_t> ids;
  std::int64_t count = 0;
};

struct Candidate {
  std::int64_t count = 0;
  Pair pair;
  // The heap's top: most often seen, then the pair that came first into the vocabulary.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class MergeTrainer {
 public:
  explicit MergeTrainer(const std::vector<std::string>& captions) {
    const ByteSymbols bytes = byte_symbols();
    written_.assign(bytes.written.begin(), bytes.written.end());
    for (const std::string& byte : bytes.written) written_.push_back(byte + kEndOfWord);
    for (const auto& [text, count] : count_words(captions)) {
      Word word{{}, count};
      for (const char letter : text) {
        word.ids.push_back(bytes.id.at(static_cast<unsigned char>(letter)));
      }
      word.ids.back() += kByteCount;
      words_.push_back(std::move(word));
    }
    for (std::size_t i = 0; i < words_.size(); ++i) add_pairs(i, +1);
    for (const auto& [pair, count] : counts_) heap_.push({count, pair});
    touched_.clear();
  }

  std::string merges(std::size_t count) {
    std::string text = "#version: 0.2\n";
    for (std::size_t made = 0; made < count && !heap_.empty();) {
      const Candidate best = heap_.top();
      heap_.pop();
      if (counts_[best.pair] != best.count) continue;  // superseded by a later entry
      if (best.count < 2) break;
      // An older merge may have made the same token from other halves: one token, one merge.
      const std::string& left = written_.at(static_cast<std::size_t>(best.pair.first));
      const std::string& right = written_.at(static_cast<std::size_t>(best.pair.second));
      if (!tokens_.insert(left + right).second) continue;
      text.append(left).append(" ").append(right).push_back('\n');
      join(best.pair, left + right);
      ++made;
    }
    return text;
  }

 private:
  // Words in order of their bytes, so that the captions' order does not count.
  static std::map<std::string, std::int64_t> count_words(const std::vector<std::string>& captions) {
    std::unordered_map<std::string, std::int64_t> repeated;
    for (const std::string& caption : captions) ++repeated[caption];
    std::map<std::string, std::int64_t> counts;
    for (const auto& [caption, times] : repeated) {
      const std::string clean = clean_text(caption);
      for (const std::string_view word : split_words(clean)) {
        if (word != kStartOfText && word != kEndOfText) counts[std::string(word)] += times;
      }
    }
    return counts;
  }

  void add_pairs(std::size_t at, std::int64_t sign) {
    const Word& word = words_[at];
    for (std::size_t i = 0; i + 1 < word.ids.size(); ++i) {
      const Pair pair{word.ids[i], word.ids[i + 1]};
      counts_[pair] += sign * word.count;
      if (sign > 0) places_[pair].insert(at);
      touched_.insert(pair);
    }
  }

  void join(const Pair& pair, std::string token) {
    const auto id = static_cast<std::int32_t>(written_.size());
    written_.push_back(std::move(token));
    const std::unordered_set<std::size_t> places = std::move(places_[pair]);
    places_.erase(pair);
    touched_.clear();
    for (const std::size_t at : places) {
      add_pairs(at, -1);
      std::vector<std::int32_t>& ids = words_[at].ids;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < ids.size(); ++kept) {
        const bool joins = i + 1 < ids.size() && ids[i] == pair.first && ids[i + 1] == pair.second;
        ids[kept] = joins ? id : ids[i];
        i += joins ? 2 : 1;
      }
      ids.resize(kept);
      add_pairs(at, +1);
    }
    for (const Pair& changed : touched_) {
      if (counts_[changed] > 0) heap_.push({counts_[changed], changed});
    }
  }

  std::vector<std::string> written_;  // id -> token
  std::vector<Word> words_;
  std::map<Pair, std::int64_t> counts_;
  std::map<Pair, std::unordered_set<std::size_t>> places_;  // words that hold, or held, the pair
  std::set<Pair> touched_;                                  // counts changed by the last join
  std::priority_queue<Candidate> heap_;                     // entries with an old count are stale
  std::unordered_set<std::string> tokens_;
};

}  // namespace

std::string train_merges(const std::vector<std::string>& captions, std::size_t count) {
  require(!captions.empty(), ExitCode::missing_input,
          "no captions to learn from; give at least one line of text");
  return MergeTrainer(captions).merges(count);
}

}  // namespace pincel
