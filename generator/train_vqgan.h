// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator/vqgan_config.h"
#include "guidance/training.h"

namespace pincel {

// Training of a VQGAN as in Esser et al. 2021 (taming transformers), with LPIPS on VGG16 as there
// or with a trained CLIP's features in its place. The first steps run without a codebook, which
// then starts at centres of what the encoder gives.
struct VqganTrainingOptions {
  VqganTrainingOptions() {
    training.batch = 8;
    training.rate = 4e-4;  // twice as much stalls at grey pictures
    training.weight_decay = 0;
  }

  TrainingOptions training;
  std::string weights;
  std::string start;
  std::int64_t size = 96;
  std::vector<double> zooms = {1, 1.5, 2, 3};
  std::int64_t ch = 32;
  std::vector<double> ch_mult = {1, 1, 2, 4};
  std::int64_t res_blocks = 1;
  std::vector<double> attn_resolutions;
  std::int64_t z_channels = 32;
  std::int64_t embed_dim = 32;
  std::int64_t n_embed = 512;
  double beta = 0.25;
  double codebook_weight = 1;
  std::int64_t quantise_after = 300;
  std::int64_t revive_every = 50;
  std::string perceptual;
  double perceptual_weight = 0.2;
  double disc_start = 0.6;
  double disc_weight = 0.8;
  std::int64_t disc_width = 32;
  std::int64_t disc_layers = 3;
  double ema = 0.999;

  template <class V>
  void fields(V&& visit) {
    training.fields(visit);
    visit("weights", weights,
          "file for the trained weights; empty: vqgan.safetensors in the output");
    visit("start", start, "weights of a VQGAN of the same shape to go on from");
    visit("size", size, "side of the crops it learns from, pixels", Range{16, 2048});
    visit("zooms", zooms, "scenes are drawn this many times larger than a crop", Range{1, 8});
    visit("ch", ch, "channels of the first level, a multiple of 32", Range{32, 1024});
    visit("ch_mult", ch_mult,
          "channels of each level as multiples of ch; L levels shrink by 2^(L-1)", Range{1, 64});
    visit("res_blocks", res_blocks, "residual blocks of a level", Range{1, 16});
    visit("attn_resolutions", attn_resolutions, "sides, of a crop on its way, that get attention",
          Range{1, 2048});
    visit("z_channels", z_channels, "channels before the codes", Range{1, 4096});
    visit("embed_dim", embed_dim, "channels of a code", Range{1, 4096});
    visit("n_embed", n_embed, "codes", Range{2, 1 << 20});
    visit("beta", beta, "weight of the term that moves the codes", Range{0, 100});
    visit("codebook_weight", codebook_weight, "of both codebook terms", Range{0, 100});
    visit("quantise_after", quantise_after, "steps before there is a codebook", Range{0, 1e9});
    visit("revive_every", revive_every, "steps between revivals of dead codes; 0: never",
          Range{0, 1e9});
    visit("perceptual", perceptual,
          "what measures likeness: a CLIP, LPIPS with its VGG16 or a taming checkpoint that holds "
          "it; empty: pixels only");
    visit("perceptual_weight", perceptual_weight, "of that likeness", Range{0, 1000});
    visit("disc_start", disc_start,
          "steps before the discriminator joins; 1 or less: that share of the training",
          Range{0, 1e12});
    visit("disc_weight", disc_weight, "of the discriminator, 0: none", Range{0, 100});
    visit("disc_width", disc_width, "channels of its first layer", Range{4, 512});
    visit("disc_layers", disc_layers, "its strided layers", Range{1, 6});
    visit("ema", ema, "memory of the averaged weights that are exported; 0: the last ones",
          Range{0, 0.999999});
  }

  VqganConfig architecture() const;
};

// Trains until the budget is over or a signal comes; vqgan.safetensors, checkpoints, metrics and
// samples lie in the output folder. Goes on exactly where it stopped.
ExitCode train_vqgan(const VqganTrainingOptions& options);

}  // namespace pincel
