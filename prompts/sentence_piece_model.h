// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace pincel {

// Whether the bytes begin as a SentencePiece model does (a protocol buffer whose first field is a
// piece), told apart from text and JSON.
bool looks_like_sentence_pieces(std::string_view bytes);

struct ScoredPiece {
  std::string text;
  double score = 0;
  bool is_matched = true;  // in texts; not what is unknown, unused or a mark
};

// The pieces of a unigram vocabulary, in the order of their ids.
struct ScoredPieces {
  std::vector<ScoredPiece> pieces;
  std::int64_t unknown = 0;
  bool is_plain = true;  // unigram, and no piece that users defined or that stands for a byte
};

// SentencePiece's library trusts its files. What it would follow out of bounds is looked at first:
// the fields, the pieces and their scores, and every step of the normaliser's trie. Error (bad
// data) for whatever is not sound.
ScoredPieces sound_sentence_pieces(std::string_view bytes);

// Looked at as above, then given to the library.
ScoredPieces load_sentence_pieces(sentencepiece::SentencePieceProcessor& processor,
                                  std::string_view bytes);

// A tokenizer.json of type Unigram, as T5's.
struct JsonPieces {
  std::string model;        // for the library, which only applies the map
  std::string map;          // its normaliser's
  std::string many_spaces;  // what stands for several spaces; "" where they stay
  bool strips = false;      // white space at the end is left out
  bool splits_words = false;
  bool has_prefix = false;  // every text, or word, begins with U+2581
};

// Error (bad data) for steps that T5's tokenizer has not.
JsonPieces pieces_of_json(const nlohmann::json& tree);

}  // namespace pincel
