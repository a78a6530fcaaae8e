// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// What is done to a text before it is cut into the pieces of a SentencePiece vocabulary.
enum class TextCleaning {
  none,          // nothing
  lower,         // every letter by itself in lower case, as SigLIP2's tokenizer does
  siglip,        // lower case, no ASCII punctuation, single spaces, as transformers' SigLIP does
  canonicalize,  // broken text mended, "_" read as a space, then as above: open_clip's of that name
};

// "none", "lower", "siglip" or "canonicalize", and back; Error (bad data) for any other.
TextCleaning text_cleaning(std::string_view name);
std::string_view name_of(TextCleaning cleaning);

// The result is valid UTF-8.
std::string canonical_text(std::string_view text, TextCleaning cleaning);

}  // namespace pincel
