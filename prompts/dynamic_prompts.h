// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

struct DynamicPart;

// A prompt that stands for several: "{red|blue} boat", "{2$$ and $$a|b|c}", "__colour__".
class DynamicPrompt {
 public:
  // More than this many are not counted.
  static constexpr std::uint64_t kUncounted = std::uint64_t{1} << 62;

  explicit DynamicPrompt(std::shared_ptr<const DynamicPart> whole) : whole_(std::move(whole)) {}

  std::uint64_t count() const;
  // The one of that number, the last place changing first. At most count() - 1, which is counted.
  std::string at(std::uint64_t number) const;
  // One at random, by the weights; the same for the same seed.
  std::string sample(std::uint64_t seed) const;

 private:
  std::shared_ptr<const DynamicPart> whole_;
};

// Reads such prompts. `{a|b}` is one of them, `{2::a|b}` a twice as often, `{2$$a|b|c}` two of them
// in their order with ", " between, `{1-2$$ and $$a|b|c}` one or two with " and ", `__name__` a
// line of name.txt in the folder of wildcards; `\` before a brace, a bar or itself takes its
// meaning. Braces and wildcards may hold others, ten deep. Files are read once.
class DynamicPromptReader {
 public:
  explicit DynamicPromptReader(std::filesystem::path wildcards)
      : wildcards_(std::move(wildcards)) {}

  // Error (bad value, or missing input for a wildcard without a file) beginning with `place`.
  DynamicPrompt read(std::string_view text, const std::string& place);

 private:
  friend class DynamicParser;
  std::shared_ptr<const DynamicPart> wildcard(const std::string& name, const std::string& place);

  std::filesystem::path wildcards_;
  std::map<std::string, std::shared_ptr<const DynamicPart>> read_;
  std::vector<std::string> open_;  // being read, each named by the one before
};

}  // namespace pincel
