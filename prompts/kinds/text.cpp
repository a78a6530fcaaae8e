// SPDX-License-Identifier: MIT
// Text prompt: the picture moves towards what the words mean.
//   weight     a red apple:0.5   pulls half as much; below zero it pushes away; may change: :1@0
//   0@50% stop       a red apple:1:0.6 the pull ends when the spherical distance falls below 0.6
//   several    a red apple | watercolor:0.5
//   one by one a red apple ^ @50% a blue car     melting: a red apple -> @50% a pear -> a blue car
// Example: pincel paint "a red apple | watercolor:0.5 | text:-0.3"
#include <ATen/ATen.h>

#include "prompts/long_text.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

constexpr std::string_view kMelts = "->";

class TextPrompt final : public Prompt {
 public:
  TextPrompt(const PromptText& prompt, bool cuts) : Prompt(prompt), cuts_(cuts) {
    for (const TimedText& part : split_in_time(text(), kMelts)) {
      words_.emplace_back(part.text);
      moments_.push_back(part.moment);
    }
  }

  at::Tensor embed(const TextImageEncoder& encoder) const override {
    std::vector<at::Tensor> rows;
    for (const std::string& words : words_) {
      rows.push_back(cuts_ ? encoder.text(words) : long_text(encoder, words));
    }
    return at::cat(rows);
  }

  Moments keys() const override { return moments_.size() > 1 ? moments_ : Moments{}; }

 private:
  bool cuts_;
  std::vector<std::string> words_;
  Moments moments_;
};

}  // namespace

std::unique_ptr<Prompt> make_text_prompt(const PromptText& text,
                                         const PromptContext& context);  // as registered

std::unique_ptr<Prompt> make_text_prompt(const PromptText& text, const PromptContext& context) {
  return std::make_unique<TextPrompt>(text, context.cuts_long_text);
}

}  // namespace pincel
