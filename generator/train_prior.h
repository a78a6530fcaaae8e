// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "generator/prior.h"
#include "guidance/training.h"

namespace pincel {

// Trains a code prior on the codes that a frozen VQGAN gives to captioned pictures. Most batches
// are whole pictures with codes hidden or replaced; every fourth are parts of larger pictures whose
// codes are those of a blurred twin, so that the prior also knows what sharp detail looks like.
struct PriorTrainingOptions {
  TrainingOptions training;
  std::string vqgan;
  std::string clip;
  std::string weights;
  std::int64_t grid = 8;
  std::int64_t width = 256;
  std::int64_t layers = 6;
  std::int64_t heads = 4;
  std::int64_t repeats = 2;
  double unconditional = 0.1;

  template <class V>
  void fields(V&& visit) {
    training.fields(visit);
    visit("vqgan", vqgan, "VQGAN whose codes it learns");
    visit("clip", clip, "CLIP whose text embeddings it is told");
    visit("weights", weights,
          "file for the trained weights; empty: prior.safetensors in the output");
    visit("grid", grid, "side of its window, latent cells", Range{2, 64});
    visit("width", width, "channels", Range{32, 4096});
    visit("layers", layers, "transformer blocks", Range{1, 64});
    visit("heads", heads, "attention heads", Range{1, 64});
    visit("repeats", repeats, "steps on each batch, corrupted anew", Range{1, 16});
    visit("unconditional", unconditional, "share of pictures shown without their caption",
          Range{0, 1});
  }
};

ExitCode train_prior(const PriorTrainingOptions& options);

// Codes [B, h, w] with a random share of each picture hidden (the code `unknown`) and of the rest
// replaced by random ones. `share` [B] is how many of the visible ones are wrong.
struct CorruptCodes {
  at::Tensor codes;
  at::Tensor share;
};
CorruptCodes corrupt_codes(const at::Tensor& codes, std::int64_t unknown, at::Generator& generator);

}  // namespace pincel
