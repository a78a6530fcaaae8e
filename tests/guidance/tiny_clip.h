// SPDX-License-Identifier: MIT
// A CLIP small enough to train or guide in a test, with weights fixed by a seed.
#pragma once

#include <torch/torch.h>

#include <memory>

#include "core/random.h"
#include "guidance/clip.h"
#include "guidance/clip_modules.h"
#include "prompts/train_merges.h"

namespace pincel {

inline Tokenizer tiny_tokenizer() {
  return Tokenizer::from_merges(
      train_merges({"a red apple", "a blue car", "a red car", "a green apple on a blue car"}, 40));
}

inline ClipConfig tiny_clip_config(std::int64_t vocab_size) {
  ClipConfig c;
  c.embed_dim = 16;
  c.image_size = 32;
  c.vision_layers = {1, 1, 1, 1};
  c.vision_width = 8;
  c.head_width = 32;
  c.context_length = 12;
  c.vocab_size = vocab_size;
  c.text_width = 32;
  c.text_heads = 2;
  c.text_layers = 1;
  return c;
}

inline std::shared_ptr<ClipModelImpl> tiny_clip_model(const Tokenizer& tokenizer,
                                                      std::uint64_t seed = 1) {
  auto model = std::make_shared<ClipModelImpl>(
      tiny_clip_config(static_cast<std::int64_t>(tokenizer.vocab_size())));
  model->initialise(make_generator(seed, "tiny clip"));
  return model;
}

inline Clip tiny_clip(std::uint64_t seed = 1) {
  const auto tokenizer = tiny_tokenizer();
  return Clip(tiny_clip_model(tokenizer, seed), tokenizer, at::Device(at::kCPU));
}

}  // namespace pincel
