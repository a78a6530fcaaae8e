// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// Ids ready for a text tower.
struct TokenContext {
  std::vector<std::int64_t> ids;  // [L]
  std::size_t used = 0;           // tokens of the text that fit
  std::size_t total = 0;          // tokens that the text has
  std::size_t filled = 0;         // ids that the tower reads; the rest may be left out
};

// What turns a text into the numbers a text tower was trained with. Immutable; safe from many
// threads at once.
class TextTokenizer {
 public:
  virtual ~TextTokenizer() = default;

  // Without start, end and padding.
  virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;

  // A longer text is cut so that the end token stays last.
  virtual TokenContext context(std::string_view text, std::size_t length) const = 0;

  // Words that need more than three tokens: the model has hardly met them.
  virtual std::vector<std::string> unfamiliar_words(std::string_view text) const = 0;

  // Words of letters that are one token each.
  virtual std::vector<std::string> familiar_words() const { return {}; }

  virtual std::size_t vocab_size() const = 0;
};

}  // namespace pincel
