// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/schedule.h"
#include "prompts/encoder.h"
#include "prompts/moment.h"

namespace pincel {

// One wish as it was written: "text", "text:weight" or "text:weight:stop".
struct PromptText {
  std::string text;
  Schedule weight = 1.0;                                   // below zero pushes away
  double stop = -std::numeric_limits<double>::infinity();  // distance at which the pull ends
};

// Weight and stop are read from the right, and only where they are numbers; the weight may change
// ("text:1@0 0@50%"). Error (bad value) for no words and for weights beyond +-100.
PromptText parse_prompt(std::string_view text);

// Splits "a | b:0.5 | c:-1:0.2" at the bars. Error (bad value) for an empty prompt, text that is
// not UTF-8, control characters, options inside the words, more than 32,000 characters, or weights
// that sum to nothing.
std::vector<PromptText> parse_prompts(std::string_view text);

// The same prompts in one line that parse_prompts() takes back.
std::string written(const std::vector<PromptText>& prompts);

// Fit for a terminal or a log: without control characters and without marks that turn the writing
// direction round.
std::string display_text(std::string_view text);

// What prompts of a kind need besides what was written.
struct PromptContext {
  std::vector<std::string> templates = {};  // sentences of a label, {} for its name; empty: ours
  bool cuts_long_text = false;              // or is it encoded in pieces?
};

// A prompt of some kind with its weight and stop: what one encoder makes of it. Same encoder, same
// result.
class Prompt {
 public:
  explicit Prompt(PromptText text) : text_(std::move(text)) {}
  virtual ~Prompt() = default;
  virtual at::Tensor embed(const TextImageEncoder& encoder) const = 0;  // [K, D], unit rows

  // Where there are any, the rows of embed() are one target that moves: each is reached at its
  // moment, and between two of them the way is the shortest on the sphere.
  virtual Moments keys() const { return {}; }
  // Whether it says in CLIP's space what is to be seen: a code prior may be told.
  virtual bool is_topic() const { return true; }

  const std::string& text() const { return text_.text; }
  const Schedule& weight() const { return text_.weight; }
  double stop() const { return text_.stop; }

 private:
  PromptText text_;
};

// By the name of its kind (prompts/kinds/all.inc); Error naming the nearest for an unknown one.
std::unique_ptr<Prompt> make_prompt(std::string_view kind, const PromptText& text,
                                    const PromptContext& context = {});

// Every kind's name with its line of help.
std::vector<std::pair<std::string, std::string>> prompt_kinds();

}  // namespace pincel
