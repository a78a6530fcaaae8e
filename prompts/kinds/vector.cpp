// SPDX-License-Identifier: MIT
// Vector prompt: a direction learnt from two folders of pictures, such as a style.
//   learnt     pincel vector WITH WITHOUT --output style.safetensors
//   written    style.safetensors   weight and stop as in words: style.safetensors:0.4
//   by name    style:-0.2          of a file in the folder `vectors` of the user's data folder
//   each CLIP  needs its own, told by its weights: pincel vector ... --clip a,b
// Example: pincel paint "a house" --vector-prompts style.safetensors:0.4
#include <ATen/ATen.h>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/concept_vector.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

class VectorPrompt final : public Prompt {
 public:
  explicit VectorPrompt(const PromptText& prompt)
      : Prompt(prompt), vector_(read_concept_vector(text())) {}

  at::Tensor embed(const TextImageEncoder& encoder) const override {
    const auto found = vector_.directions.find(encoder.fingerprint());
    if (found == vector_.directions.end()) {
      std::string known;
      for (const auto& [fingerprint, direction] : vector_.directions) {
        known += (known.empty() ? "" : ", ") + printable(direction.name);
      }
      fail(ExitCode::bad_value,
           "{}: made for other weights ({}) than those of the CLIP that guides; make it again with "
           "'pincel vector ... --clip' and that model",
           text(), known);
    }
    const at::Tensor& row = found->second.row;
    require(row.size(1) == encoder.dimension(), ExitCode::bad_data,
            "{}: a direction of {} numbers, expected {}", text(), row.size(1), encoder.dimension());
    return row.to(encoder.device());
  }
  bool is_topic() const override { return false; }

 private:
  ConceptVector vector_;
};

}  // namespace

std::unique_ptr<Prompt> make_vector_prompt(const PromptText& text,
                                           const PromptContext& context);  // as registered

std::unique_ptr<Prompt> make_vector_prompt(const PromptText& text,
                                           const PromptContext& /*context*/) {
  return std::make_unique<VectorPrompt>(text);
}

}  // namespace pincel
