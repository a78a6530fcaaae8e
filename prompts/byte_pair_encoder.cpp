// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <queue>
#include <unordered_map>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/code_points.h"
#include "prompts/piece_encoder.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr std::string_view kPairSpace = "\u2581";
constexpr std::int32_t kNoRank = -1;
constexpr std::size_t kMostPieces = 4000000;

struct Merge {
  std::int32_t rank = 0;
  std::int32_t id = 0;
};

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U) |
         static_cast<std::uint32_t>(right);
}

// Steps that other tokenizers have and this one does not are refused.
void expect_only(const json& step, std::initializer_list<std::string_view> known) {
  if (step.is_null()) return;
  const auto type = step.is_object() ? step.value("type", std::string()) : std::string();
  require(std::find(known.begin(), known.end(), type) != known.end(), ExitCode::bad_data,
          "its step '{}' is not one of a Gemma tokenizer", printable(type));
  for (const char* list : {"normalizers", "pretokenizers"}) {
    if (!step.contains(list)) continue;
    for (const json& inner : step[list]) expect_only(inner, known);
  }
}

class BytePairEncoder : public PieceEncoder {
 public:
  explicit BytePairEncoder(const json& tree) {
    const json& model = tree.at("model");
    require(model.value("byte_fallback", false), ExitCode::bad_data,
            "is a byte-pair tokenizer without bytes for what is unknown, expected Gemma's");
    if (tree.contains("normalizer")) {
      expect_only(tree["normalizer"], {"Sequence", "Replace", "Lowercase"});
    }
    if (tree.contains("pre_tokenizer")) {
      expect_only(tree["pre_tokenizer"], {"Sequence", "Split"});
    }
    read_vocabulary(model.at("vocab"));
    read_merges(model.at("merges"));
    unknown_ = id_or_none(model.value("unk_token", std::string("<unk>")));
    if (tree.contains("added_tokens")) read_added(tree["added_tokens"]);
  }

  std::vector<std::int64_t> encode(std::string_view text) const override {
    std::vector<std::int64_t> ids;
    std::string plain;
    const auto flush = [&] {
      if (!plain.empty()) append_pieces(plain, ids);
      plain.clear();
    };
    while (!text.empty()) {
      const auto [length, id] = added_at(text);
      if (length > 0) {
        flush();
        ids.push_back(id);
      } else if (text.front() == ' ') {
        plain += kPairSpace;
      } else {
        plain += text.front();
      }
      text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    flush();
    return ids;
  }

  std::vector<std::int64_t> encode_behind_unknown(std::string_view text) const override {
    return encode(text);
  }

  std::optional<std::int64_t> id_of(std::string_view piece) const override {
    const auto id = id_or_none(std::string(piece));
    return id == kNoRank ? std::nullopt : std::optional<std::int64_t>(id);
  }

  std::size_t size() const override { return size_; }

 private:
  std::int32_t id_or_none(const std::string& piece) const {
    const auto found = ids_.find(piece);
    return found == ids_.end() ? kNoRank : found->second;
  }

  void read_vocabulary(const json& vocabulary) {
    require(vocabulary.is_object() && vocabulary.size() <= kMostPieces, ExitCode::bad_data,
            "has no vocabulary of pieces");
    for (const auto& [piece, id] : vocabulary.items()) {
      require(id.is_number_unsigned() && id.get<std::uint64_t>() < kMostPieces, ExitCode::bad_data,
              "piece '{}' has no number", printable(piece));
      ids_.emplace(piece, id.get<std::int32_t>());
      size_ = std::max(size_, id.get<std::size_t>() + 1);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
      bytes_.at(byte) = id_or_none(fmt::format("<0x{:02X}>", byte));
    }
  }

  // Each "left right" or ["left", "right"].
  void read_merges(const json& merges) {
    for (const json& merge : merges) {
      std::string left, right;
      if (merge.is_array() && merge.size() == 2) {
        left = merge[0].get<std::string>();
        right = merge[1].get<std::string>();
      } else {
        const auto line = merge.get<std::string>();
        const auto gap = line.find(' ');
        require(gap != line.npos, ExitCode::bad_data, "has a merge '{}', expected two pieces",
                printable(line));
        left = line.substr(0, gap);
        right = line.substr(gap + 1);
      }
      const auto a = id_or_none(left), b = id_or_none(right), joined = id_or_none(left + right);
      require(a != kNoRank && b != kNoRank && joined != kNoRank, ExitCode::bad_data,
              "merges '{}' and '{}', which are not both pieces that make one", printable(left),
              printable(right));
      // The last of equal merges counts, as in the reference.
      const auto rank = static_cast<std::int32_t>(rank_++);
      merges_.insert_or_assign(pair_key(a, b), Merge{rank, joined});
    }
  }

  void read_added(const json& tokens) {
    for (const json& token : tokens) {
      const auto text = token.at("content").get<std::string>();
      const auto id = token.at("id").get<std::size_t>();
      require(!text.empty() && id < kMostPieces, ExitCode::bad_data,
              "has an added token '{}' of number {}", printable(text), id);
      auto& list = added_[static_cast<unsigned char>(text.front())];
      list.emplace_back(text, static_cast<std::int64_t>(id));
      ids_.emplace(text, static_cast<std::int32_t>(id));
      size_ = std::max(size_, id + 1);
    }
    for (auto& list : added_) {
      std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
        return a.first.size() > b.first.size();
      });
    }
  }

  // The longest added token that begins here; no length where there is none.
  std::pair<std::size_t, std::int64_t> added_at(std::string_view text) const {
    for (const auto& [token, id] : added_[static_cast<unsigned char>(text.front())]) {
      if (text.starts_with(token)) return {token.size(), id};
    }
    return {0, 0};
  }

  // Letters, or the bytes of those that are no piece; runs of what has neither are one unknown.
  std::vector<std::int32_t> symbols(std::string_view text) const {
    std::vector<std::int32_t> out;
    bool is_unknown = false;
    for (const char32_t point : decode_utf8_lossy(text)) {
      std::string letter;
      append_utf8(letter, point);
      const auto id = id_or_none(letter);
      const bool has_bytes = std::all_of(letter.begin(), letter.end(), [&](char byte) {
        return bytes_.at(static_cast<unsigned char>(byte)) != kNoRank;
      });
      if (id != kNoRank) {
        out.push_back(id);
      } else if (has_bytes) {
        for (const char byte : letter) out.push_back(bytes_.at(static_cast<unsigned char>(byte)));
      } else if (!is_unknown && unknown_ != kNoRank) {
        out.push_back(unknown_);
      }
      is_unknown = id == kNoRank && !has_bytes;
    }
    return out;
  }

  // Merges the earliest learned pair first, of equal ones the leftmost.
  void append_pieces(std::string_view text, std::vector<std::int64_t>& ids) const {
    struct Candidate {
      Merge merge;
      std::size_t left = 0;
    };
    const auto is_later = [](const Candidate& a, const Candidate& b) {
      return a.merge.rank != b.merge.rank ? a.merge.rank > b.merge.rank : a.left > b.left;
    };
    std::vector<std::int32_t> symbol = symbols(text);
    const std::size_t count = symbol.size();
    std::vector<std::size_t> next(count), before(count);
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(is_later)> queue(is_later);
    const auto find = [&](std::size_t left) {
      if (left >= count || next[left] >= count) return merges_.end();
      return merges_.find(pair_key(symbol[left], symbol[next[left]]));
    };
    const auto offer = [&](std::size_t left) {
      if (const auto found = find(left); found != merges_.end()) queue.push({found->second, left});
    };
    for (std::size_t i = 0; i < count; ++i) {
      next[i] = i + 1;
      before[i] = i == 0 ? count : i - 1;
    }
    for (std::size_t i = 0; i < count; ++i) offer(i);
    while (!queue.empty()) {
      const Candidate best = queue.top();
      queue.pop();
      const std::size_t left = best.left;
      if (symbol[left] == kNoRank) continue;  // merged away since
      const auto found = find(left);
      if (found == merges_.end() || found->second.id != best.merge.id) continue;
      symbol[left] = best.merge.id;
      symbol[next[left]] = kNoRank;
      next[left] = next[next[left]];
      if (next[left] < count) before[next[left]] = left;
      offer(before[left]);
      offer(left);
    }
    std::copy_if(symbol.begin(), symbol.end(), std::back_inserter(ids),
                 [](std::int32_t id) { return id != kNoRank; });
  }

  std::unordered_map<std::string, std::int32_t> ids_;
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::array<std::int32_t, 256> bytes_{};
  std::array<std::vector<std::pair<std::string, std::int64_t>>, 256> added_;
  std::size_t size_ = 0;
  std::size_t rank_ = 0;
  std::int32_t unknown_ = kNoRank;
};

}  // namespace

std::unique_ptr<const PieceEncoder> make_byte_pair_encoder(const json& tree) {
  return std::make_unique<BytePairEncoder>(tree);
}

}  // namespace pincel
