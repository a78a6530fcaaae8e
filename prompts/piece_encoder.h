// SPDX-License-Identifier: MIT
// Inner parts of piece_tokenizer.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// Cuts a clean text into pieces. Immutable; safe from many threads at once.
class PieceEncoder {
 public:
  virtual ~PieceEncoder() = default;
  virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
  // As if the text stood right behind "<unk>": no space is put in front of it, none taken away.
  virtual std::vector<std::int64_t> encode_behind_unknown(std::string_view text) const = 0;
  virtual std::optional<std::int64_t> id_of(std::string_view piece) const = 0;
  virtual std::size_t size() const = 0;
};

// By SentencePiece's library; `bytes` is a model of its own. Error (bad data) where it is unsound.
std::unique_ptr<const PieceEncoder> make_sentence_piece_encoder(std::string_view bytes);

// By the scores of a tokenizer.json as T5's, normalised by SentencePiece's library. Error (bad
// data) where it is another.
std::unique_ptr<const PieceEncoder> make_unigram_encoder(const nlohmann::json& tree);

// By the merges of a tokenizer.json as Gemma's: byte pairs over a whole text, spaces written
// U+2581, bytes for what is unknown. Error (bad data) where it is another.
std::unique_ptr<const PieceEncoder> make_byte_pair_encoder(const nlohmann::json& tree);

}  // namespace pincel
