// SPDX-License-Identifier: MIT
// A VQGAN, a prior and a guide that fit each other and are small enough to paint in a test.
#pragma once

#include <torch/torch.h>

#include <memory>

#include "core/checkpoint.h"
#include "core/random.h"
#include "generator/painter.h"
#include "generator/prior_modules.h"
#include "generator/vqgan_modules.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel {

inline VqganConfig tiny_vqgan_config() {
  VqganConfig c;
  c.n_embed = 24;
  c.embed_dim = 4;
  c.ch = 32;
  c.ch_mult = {1, 1};
  c.num_res_blocks = 1;
  c.attn_resolutions = {};
  c.resolution = 32;
  c.z_channels = 4;
  return c;
}

inline std::shared_ptr<VqganModelImpl> tiny_vqgan_model() {
  auto model = std::make_shared<VqganModelImpl>(tiny_vqgan_config());
  model->initialise(make_generator(1, "tiny vqgan"));
  return model;
}

inline std::shared_ptr<Vqgan> tiny_vqgan() {
  return std::make_shared<Vqgan>(tiny_vqgan_config(), tiny_vqgan_model());
}

inline Checkpoint tiny_vqgan_checkpoint() {
  auto checkpoint = collect_module(*tiny_vqgan_model());
  checkpoint.metadata["pincel.config"] = to_json(tiny_vqgan_config());
  return checkpoint;
}

inline PriorConfig tiny_prior_config() {
  PriorConfig c;
  c.codes = 24;
  c.grid = 8;
  c.width = 32;
  c.layers = 1;
  c.heads = 2;
  c.condition = 16;
  c.zooms = 5;
  return c;
}

inline std::shared_ptr<CodePrior> tiny_prior() {
  auto model = std::make_shared<CodePriorModelImpl>(tiny_prior_config());
  model->initialise(make_generator(1, "tiny prior"));
  return std::make_shared<CodePrior>(model, at::Device(at::kCPU));
}

inline PainterModels tiny_models() {
  PainterModels models;
  models.guides = {{std::make_shared<Clip>(tiny_clip()), 1.0}};
  models.vqgan = tiny_vqgan();
  models.prior = tiny_prior();
  return models;
}

inline PaintOptions tiny_painting() {
  PaintOptions o;
  o.guidance.prompts = "a red apple";
  o.guidance.cutouts.count = 4;
  o.width = 70;
  o.height = 66;
  o.steps = 6;
  o.coarse = 0.5;
  o.bank = 2;
  o.rounds = 3;
  o.seed = 11;
  o.precision = "float32";
  return o;
}

}  // namespace pincel
