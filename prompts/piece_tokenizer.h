// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "prompts/canonical_text.h"
#include "prompts/text_tokenizer.h"

namespace pincel {

// A vocabulary of pieces, as SigLIP and SigLIP2 are published with: its file's bytes, and how texts
// are cleaned for it.
struct PieceVocabulary {
  std::string bytes;    // of a SentencePiece model or a tokenizer.json
  std::string padding;  // the piece behind the end; "" where the vocabulary's own rule holds
  TextCleaning cleaning = TextCleaning::none;

  // One text for a checkpoint's metadata, and back; Error (bad data) for any other.
  std::string packed() const;
  static PieceVocabulary unpacked(std::string_view text);
};

// Whether the bytes are a vocabulary of pieces, not CLIP's merges.
bool is_piece_vocabulary(std::string_view bytes);

// The vocabulary in a file, with the padding that a tokenizer_config.json beside it names. Where
// `cleaning` is "", it is that of transformers' SigLIP, or SigLIP2 where the end is "<eos>".
PieceVocabulary read_piece_vocabulary(const std::filesystem::path& path,
                                      std::string_view cleaning = "");

// Contexts are [pieces] end padding ..., always full, as these models were trained. Error (bad
// data), with what is wrong but not with the file's name, for a vocabulary that is not sound.
std::shared_ptr<const TextTokenizer> make_piece_tokenizer(const PieceVocabulary& vocabulary);

}  // namespace pincel
