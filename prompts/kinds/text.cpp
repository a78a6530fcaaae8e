// SPDX-License-Identifier: MIT
// Text prompt: the picture moves towards what the words mean.
//   written    a red apple
//   weight     a red apple:0.5   pulls half as much; below zero it pushes away
//   stop       a red apple:1:0.6 the pull ends when the spherical distance falls below 0.6
//   several    a red apple | watercolor:0.5
// Example: pincel paint "a red apple | watercolor:0.5 | text:-0.3"
#include "prompts/prompt.h"

namespace pincel {
namespace {

class TextPrompt final : public Prompt {
 public:
  using Prompt::Prompt;
  at::Tensor embed(const TextImageEncoder& encoder) const override { return encoder.text(text()); }
};

}  // namespace

std::unique_ptr<Prompt> make_text_prompt(const PromptText& text);  // declared by the registry

std::unique_ptr<Prompt> make_text_prompt(const PromptText& text) {
  return std::make_unique<TextPrompt>(text);
}

}  // namespace pincel
