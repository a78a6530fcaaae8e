// SPDX-License-Identifier: MIT
#include <sentencepiece_processor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/piece_encoder.h"
#include "prompts/sentence_piece_model.h"
#include "prompts/unigram_cutter.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr std::string_view kUnigramSpace = "\u2581";

// SentencePiece's library applies the map alone; the steps around it are those of the JSON.
class UnigramEncoder : public PieceEncoder {
 public:
  explicit UnigramEncoder(const json& tree)
      : steps_(pieces_of_json(tree)),
        pieces_(load_sentence_pieces(processor_, steps_.model)),
        cutter_(pieces_, UnigramCutter::Sums::twice) {}

  std::vector<std::int64_t> encode(std::string_view text) const override {
    std::vector<std::int64_t> ids;
    for (const std::string& word : words_of(normal(text))) cutter_.append(word, ids);
    return ids;
  }

  std::vector<std::int64_t> encode_behind_unknown(std::string_view text) const override {
    return encode(text);
  }

  std::optional<std::int64_t> id_of(std::string_view piece) const override {
    const auto found = std::find_if(pieces_.pieces.begin(), pieces_.pieces.end(),
                                    [&](const ScoredPiece& other) { return other.text == piece; });
    if (found == pieces_.pieces.end()) return std::nullopt;
    return found - pieces_.pieces.begin();
  }

  std::size_t size() const override { return pieces_.pieces.size(); }

 private:
  // The pieces of a text are what the map makes of it.
  std::string normal(std::string_view text) const {
    std::vector<std::string> pieces;
    const auto status = processor_.Encode({text.data(), text.size()}, &pieces);
    require(status.ok(), ExitCode::internal, "SentencePiece cannot read '{}'", printable(text));
    std::string mapped;
    for (const std::string& piece : pieces) mapped += piece;
    while (steps_.strips && mapped.ends_with(' ')) mapped.pop_back();
    if (steps_.many_spaces.empty()) return mapped;
    std::string single;
    for (std::size_t i = 0; i < mapped.size();) {
      const std::size_t end = std::min(mapped.find_first_not_of(' ', i), mapped.size());
      if (end - i > 1) {
        single += steps_.many_spaces;
        i = end;
      } else {
        single += mapped[i++];
      }
    }
    return single;
  }

  // Cut before each U+2581, which stands for a space.
  std::vector<std::string> words_of(const std::string& text) const {
    std::vector<std::string> words;
    const auto add = [&](std::string part) {
      if (part.empty()) return;
      if (steps_.has_prefix && !part.starts_with(kUnigramSpace)) part.insert(0, kUnigramSpace);
      for (std::size_t begin = 0; begin < part.size();) {
        const std::size_t end = std::min(part.find(kUnigramSpace, begin + 1), part.size());
        words.push_back(part.substr(begin, end - begin));
        begin = end;
      }
    };
    std::string part;
    for (const char letter : text) {
      if (letter != ' ') {
        part += letter;
      } else if (steps_.splits_words) {
        add(std::exchange(part, {}));
      } else {
        part += kUnigramSpace;
      }
    }
    add(part);
    return words;
  }

  JsonPieces steps_;
  sentencepiece::SentencePieceProcessor processor_;
  ScoredPieces pieces_;
  UnigramCutter cutter_;
};

}  // namespace

std::unique_ptr<const PieceEncoder> make_unigram_encoder(const json& tree) {
  return std::make_unique<UnigramEncoder>(tree);
}

}  // namespace pincel
