// SPDX-License-Identifier: MIT
// Noise prompt: a random direction in the model's space, the same for the same seed.
//   written    7         the seed, a whole number; weight and stop as in words: 7:0.2
//   use        a little of it lets paintings of the same words differ, always in the same way
//   several    --noise-prompts 7:0.1,8:0.1
//   each CLIP  has a direction of its own
// Example: pincel paint "a red apple" --noise-prompts 7:0.2
#include <ATen/ATen.h>

#include <charconv>

#include "core/error.h"
#include "core/random.h"
#include "core/utf8.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

std::uint64_t read_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  require(error == std::errc() && stop == end, ExitCode::bad_value,
          "noise_prompts: '{}' is no seed; expected a whole number from 0, as in 7:0.2",
          printable(text));
  return seed;
}

class NoisePrompt final : public Prompt {
 public:
  explicit NoisePrompt(const PromptText& prompt) : Prompt(prompt), seed_(read_seed(text())) {}

  at::Tensor embed(const TextImageEncoder& encoder) const override {
    at::Generator dice = make_generator(seed_, "noise prompt");
    const at::Tensor row = at::randn({1, encoder.dimension()}, dice, at::kFloat);
    return (row / row.norm(2, -1, true)).to(encoder.device());
  }
  bool is_topic() const override { return false; }

 private:
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Prompt> make_noise_prompt(const PromptText& text,
                                          const PromptContext& context);  // as registered

std::unique_ptr<Prompt> make_noise_prompt(const PromptText& text,
                                          const PromptContext& /*context*/) {
  return std::make_unique<NoisePrompt>(text);
}

}  // namespace pincel
