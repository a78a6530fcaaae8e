// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "guidance/clip_config.h"
#include "guidance/training.h"

namespace pincel {

// Contrastive training as in Radford et al. 2021, section 2.3. With a radius it also trains against
// pictures moved an L2 step towards being misread: gradients of such a CLIP look like things
// (Santurkar et al. 2019; Ganz and Elad, CLIPAG, 2023), which is what a guide is for. On drawn
// scenes a proxy per thing of the world (Movshovitz-Attias et al. 2017) sets each picture and each
// text against all things at once, where a batch has but a few; proxies are not part of the
// weights.
struct ClipTrainingOptions {
  TrainingOptions training;
  std::string merges;
  std::string weights;
  std::string start;
  std::int64_t image_size = 64;
  std::int64_t embed_dim = 192;
  std::vector<double> vision_layers = {2, 2, 2, 2};
  std::int64_t vision_width = 32;
  std::int64_t patch_size = 8;
  std::int64_t text_width = 192;
  std::int64_t text_layers = 3;
  std::int64_t context = 48;
  bool freeze_text = false;
  double bare_names = 0.5;
  double thing_weight = 1;
  double radius = 0;
  std::int64_t robust_steps = 1;
  double vqgan_share = 0;
  std::string vqgan;
  double random_codes = 0.15;

  template <class V>
  void fields(V&& visit) {
    training.fields(visit);
    visit("merges", merges, "byte-pair merges file of the tokenizer");
    visit("weights", weights,
          "file for the trained weights; empty: clip.safetensors in the output");
    visit("start", start, "weights of a CLIP to go on from");
    visit("image_size", image_size, "side of the pictures it sees, pixels", Range{32, 1024});
    visit("embed_dim", embed_dim, "dimensions of the shared space", Range{8, 4096});
    visit("vision_layers", vision_layers, "four stages: ModifiedResNet; one number: transformer");
    visit("vision_width", vision_width, "channels of the vision tower", Range{8, 4096});
    visit("patch_size", patch_size, "of a vision transformer, pixels", Range{2, 64});
    visit("text_width", text_width, "channels of the text tower, heads of 64", Range{64, 4096});
    visit("text_layers", text_layers, "blocks of the text tower", Range{1, 64});
    visit("context", context, "longest text, tokens", Range{8, 512});
    visit("freeze_text", freeze_text,
          "train the vision tower alone: what was trained on the text embeddings stays valid");
    visit("bare_names", bare_names, "share of one-thing scenes captioned with the bare name",
          Range{0, 1});
    visit("thing_weight", thing_weight, "of telling a scene's things from all others, 0: none",
          Range{0, 100});
    visit("radius", radius, "L2 length of the adversarial step; 0: plain training", Range{0, 100});
    visit("robust_steps", robust_steps, "gradient steps of the adversary", Range{1, 20});
    visit("vqgan_share", vqgan_share, "share of pictures seen through the VQGAN", Range{0, 1});
    visit("vqgan", vqgan, "VQGAN weights for that share");
    visit("random_codes", random_codes, "largest share of codes replaced on the way", Range{0, 1});
  }

  ClipConfig architecture(std::int64_t vocab_size) const;
};

// Pictures [B, 3, S, S] in [0, 1] as a generator would give them back, for the vqgan share.
using ThroughGenerator = std::function<at::Tensor(const at::Tensor& images)>;

// Trains until the budget is over or a signal comes; weights, checkpoints, metrics and samples lie
// in the output folder. Goes on exactly where it stopped.
ExitCode train_clip(const ClipTrainingOptions& options, const ThroughGenerator& through = {});

// Symmetric cross-entropy over cosines times scale; pairs with the same caption are no negatives.
// images, texts [B, D] unit rows; same [B, B] bool, true where two captions are equal. -> []
at::Tensor contrastive_loss(const at::Tensor& images, const at::Tensor& texts,
                            const at::Tensor& scale, const at::Tensor& same);

// What each scene of a batch shows of T things: shared evenly by its things, all 0 where it has
// none.
struct ThingTarget {
  at::Tensor shares;       // [B, T], on the CPU
  std::int64_t known = 0;  // scenes that have things
};
ThingTarget thing_target(const std::vector<std::vector<int>>& things, std::int64_t count);

// Cross-entropy over cosines times scale between pictures, or texts, and one proxy per thing;
// scenes without things do not count. rows [B, D], proxies [T, D] unit rows. -> []
at::Tensor thing_loss(const at::Tensor& rows, const at::Tensor& proxies, const at::Tensor& scale,
                      const ThingTarget& target);

// Share of `count` held-out one-thing scenes whose thing the CLIP names among all things.
double naming_accuracy(const std::filesystem::path& weights, std::int64_t count,
                       const at::Device& device);

}  // namespace pincel
