// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pincel {

// A text, parts one after the other, or a choice of `least` to `most` of them.
struct DynamicPart {
  using Parts = std::vector<std::shared_ptr<const DynamicPart>>;

  std::string text;             // of a plain text; between the chosen of a choice
  Parts parts;                  // none: a plain text
  std::vector<double> weights;  // one a part: a choice; else a sequence
  std::size_t least = 1;
  std::size_t most = 1;
  // ways[i * (most + 1) + k]: of how many kinds k of the parts from i on can be; of a choice.
  std::vector<std::uint64_t> ways;
  std::uint64_t count = 1;
  int depth = 0;  // of choices inside each other

  bool is_choice() const { return !weights.empty(); }
  std::uint64_t way(std::size_t i, std::size_t k) const { return ways[i * (most + 1) + k]; }
};

// Fills in `ways` and `count`: what follows from the parts.
void count_dynamic_choice(DynamicPart& choice);
void count_dynamic_sequence(DynamicPart& sequence);

// What DynamicPrompt::at() and sample() say.
void append_dynamic_number(const DynamicPart& part, std::uint64_t number, std::string& out);
void append_dynamic_sample(const DynamicPart& part, std::uint64_t seed, std::string& out);

}  // namespace pincel
