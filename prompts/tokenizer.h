// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "prompts/text_tokenizer.h"

namespace pincel {

// CLIP's byte-pair encoder over any merges file: clean_text(), split_words(), then the earliest
// learned pair is merged until none is left. Immutable; copies share one vocabulary; safe from many
// threads at once. Ids: 256 bytes, 256 bytes that end a word, one per merge, start, end.
class Tokenizer : public TextTokenizer {
 public:
  using Context = TokenContext;

  // One merge per line, "left right"; a first line that holds "#version" is left out. Lines after
  // the 48,894th are not used, as in OpenAI's file.
  static Tokenizer from_merges(std::string_view text);

  // merges.txt, OpenAI's vocabulary or tokenizer.json; plain or gzip.
  static Tokenizer from_file(const std::filesystem::path& path);

  std::vector<std::int64_t> encode(std::string_view text) const override;

  // [start] tokens [end] 0 ...
  Context context(std::string_view text, std::size_t length) const override;

  std::vector<std::string> unfamiliar_words(std::string_view text) const override;
  std::vector<std::string> familiar_words() const override;

  // The text that ids stand for, words apart by one space; start and end are left out.
  std::string decode(const std::vector<std::int64_t>& ids) const;

  std::int64_t sot() const;
  std::int64_t eot() const;
  std::size_t vocab_size() const override;

  // The merges it was made from, one per line, with a "#version" line: from_merges() takes it back.
  const std::string& merges() const;

 private:
  struct Vocabulary;
  explicit Tokenizer(std::shared_ptr<const Vocabulary> vocabulary);
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace pincel
