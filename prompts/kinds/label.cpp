// SPDX-License-Identifier: MIT
// Label prompt: a name put into several sentences, whose embeddings are averaged.
//   written    apple     weight and stop as in words: apple:0.5:0.6
//   sentences  the program's own, or --label-templates FILE: one a line, {} for the label
//   why        what one sentence adds by chance is averaged away
//   several    --label-prompts apple,pear:0.5
// Example: pincel paint "on a blue background:0.5" --label-prompts "red apple"
#include <ATen/ATen.h>

#include "prompts/prompt.h"
#include "prompts/templates.h"

namespace pincel {
namespace {

class LabelPrompt final : public Prompt {
 public:
  LabelPrompt(const PromptText& prompt, std::vector<std::string> sentences)
      : Prompt(prompt), sentences_(std::move(sentences)) {}

  at::Tensor embed(const TextImageEncoder& encoder) const override {
    at::Tensor sum;  // [1, D]
    for (const std::string& sentence : sentences_) {
      const at::Tensor row = encoder.text(filled(sentence, text()));
      sum = sum.defined() ? sum + row : row;
    }
    return sum / sum.norm(2, -1, true);
  }

 private:
  std::vector<std::string> sentences_;
};

}  // namespace

std::unique_ptr<Prompt> make_label_prompt(const PromptText& text,
                                          const PromptContext& context);  // as registered

std::unique_ptr<Prompt> make_label_prompt(const PromptText& text, const PromptContext& context) {
  return std::make_unique<LabelPrompt>(
      text, context.templates.empty() ? usual_templates() : context.templates);
}

}  // namespace pincel
