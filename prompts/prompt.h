// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "prompts/encoder.h"

namespace pincel {

// One wish as it was written: "text", "text:weight" or "text:weight:stop".
struct PromptText {
  std::string text;
  double weight = 1.0;                                     // below zero pushes away
  double stop = -std::numeric_limits<double>::infinity();  // distance at which the pull ends
};

// Splits "a | b:0.5 | c:-1:0.2" at the bars; weight and stop are read from the right, and only
// where they are numbers. Error (bad value) for an empty prompt, text that is not UTF-8, control
// characters, more than 32,000 characters, weights beyond +-100 or weights that sum to nothing.
std::vector<PromptText> parse_prompts(std::string_view text);

// The same prompts in one line that parse_prompts() takes back.
std::string written(const std::vector<PromptText>& prompts);

// Fit for a terminal or a log: without control characters and without marks that turn the writing
// direction round.
std::string display_text(std::string_view text);

// A prompt of some kind with its weight and stop: what one encoder makes of it. Same encoder, same
// result.
class Prompt {
 public:
  explicit Prompt(PromptText text) : text_(std::move(text)) {}
  virtual ~Prompt() = default;
  virtual at::Tensor embed(const TextImageEncoder& encoder) const = 0;  // [K, D], unit rows

  const std::string& text() const { return text_.text; }
  double weight() const { return text_.weight; }
  double stop() const { return text_.stop; }

 private:
  PromptText text_;
};

// By the name of its kind (prompts/kinds/all.inc); Error naming the nearest for an unknown one.
std::unique_ptr<Prompt> make_prompt(std::string_view kind, const PromptText& text);

// Every kind's name with its line of help.
std::vector<std::pair<std::string, std::string>> prompt_kinds();

}  // namespace pincel
