// SPDX-License-Identifier: MIT
#include "commands/bench/architectures.h"

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>

#include "commands/model_store.h"
#include "core/error.h"
#include "core/random.h"
#include "core/unfilled.h"
#include "generator/vqgan_modules.h"
#include "guidance/clip_modules.h"
#include "guidance/product_weights.h"
#include "prompts/train_merges.h"

namespace pincel {
namespace {

VqganConfig taming_f16(std::int64_t codes) {
  VqganConfig c;
  c.n_embed = codes;
  return c;
}

VqganConfig gumbel_f8() {
  VqganConfig c;
  c.quantizer = "gumbel";
  c.n_embed = 8192;
  c.ch_mult = {1, 1, 2, 4};
  c.attn_resolutions = {32};
  return c;
}

VqganConfig latent_f4() {
  VqganConfig c;
  c.n_embed = 8192;
  c.embed_dim = c.z_channels = 3;
  c.ch_mult = {1, 2, 4};
  c.attn_resolutions = {};
  return c;
}

VqganConfig latent_f8() {
  VqganConfig c;
  c.n_embed = 16384;
  c.embed_dim = c.z_channels = 4;
  c.ch_mult = {1, 2, 2, 4};
  c.attn_resolutions = {32};
  return c;
}

constexpr Entry<VqganConfig (*)()> kVqgans[] = {
    {"coco-f16-8192", "taming's, for COCO", [] { return taming_f16(8192); }},
    {"gumbel-f8", "taming's, for OpenImages, 8192 codes", gumbel_f8},
    {"imagenet-f16-1024", "taming's, for ImageNet", [] { return taming_f16(1024); }},
    {"imagenet-f16-16384", "the same with more codes", [] { return taming_f16(16384); }},
    {"latent-f4", "latent-diffusion's vq-f4", latent_f4},
    {"latent-f8", "latent-diffusion's vq-f8", latent_f8},
};

struct VisionTransformer {
  std::int64_t embed, side, layers, width, patch;
};
ClipConfig vision_transformer(const VisionTransformer& shape) {
  ClipConfig c;
  c.embed_dim = shape.embed;
  c.image_size = shape.side;
  c.vision_layers = {shape.layers};
  c.vision_width = shape.width;
  c.patch_size = shape.patch;
  c.text_width = shape.embed;
  c.text_heads = shape.embed / 64;
  return c;
}

struct ResNet {
  std::int64_t embed, side;
  std::vector<std::int64_t> layers;
  std::int64_t width, text_width;
};
ClipConfig resnet(const ResNet& shape) {
  ClipConfig c;
  c.embed_dim = shape.embed;
  c.image_size = shape.side;
  c.vision_layers = shape.layers;
  c.vision_width = shape.width;
  c.text_width = shape.text_width;
  c.text_heads = shape.text_width / 64;
  return c;
}

constexpr Entry<ClipConfig (*)()> kClips[] = {
    {"rn50", "OpenAI's RN50",
     [] {
       return resnet({1024, 224, {3, 4, 6, 3}, 64, 512});
     }},
    {"rn101", "OpenAI's RN101",
     [] {
       return resnet({512, 224, {3, 4, 23, 3}, 64, 512});
     }},
    {"rn50x4", "OpenAI's RN50x4",
     [] {
       return resnet({640, 288, {4, 6, 10, 6}, 80, 640});
     }},
    {"rn50x16", "OpenAI's RN50x16",
     [] {
       return resnet({768, 384, {6, 8, 18, 8}, 96, 768});
     }},
    {"rn50x64", "OpenAI's RN50x64",
     [] {
       return resnet({1024, 448, {3, 15, 36, 10}, 128, 1024});
     }},
    {"vit-b-32", "OpenAI's ViT-B/32",
     [] {
       return vision_transformer({512, 224, 12, 768, 32});
     }},
    {"vit-b-16", "OpenAI's ViT-B/16",
     [] {
       return vision_transformer({512, 224, 12, 768, 16});
     }},
    {"vit-l-14", "OpenAI's ViT-L/14",
     [] {
       return vision_transformer({768, 224, 24, 1024, 14});
     }},
    {"vit-l-14-336", "OpenAI's ViT-L/14@336px",
     [] {
       return vision_transformer({768, 336, 24, 1024, 14});
     }},
};

template <class Make>
std::string names_of(std::span<const Entry<Make>> entries) {
  std::string names;
  for (const auto& entry : entries) {
    if (!names.empty()) names += ", ";
    names += entry.name;
  }
  return names;
}

template <class Make>
bool is_known(std::span<const Entry<Make>> entries, const std::string& name) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.name == name; });
}

std::shared_ptr<const Vqgan> random_vqgan(const VqganConfig& config, const at::Device& device,
                                          at::ScalarType products) {
  auto model = unfilled<VqganModelImpl>(config);
  model->initialise(make_generator(1, "bench vqgan"));
  keep_vqgan_products_in(*model, products);
  model->to(device);
  return std::make_shared<const Vqgan>(config, std::move(model));
}

std::shared_ptr<const Clip> random_clip(const ClipConfig& config, const at::Device& device,
                                        at::ScalarType products) {
  auto model = unfilled<ClipModelImpl>(config);
  model->initialise(make_generator(1, "bench clip"));
  keep_products_in(*model->visual, products);
  auto tokenizer = Tokenizer::from_merges(train_merges({"a red apple", "a red car"}, 8));
  return std::make_shared<const Clip>(std::move(model), std::move(tokenizer), device);
}

}  // namespace

std::span<const Entry<VqganConfig (*)()>> vqgan_architectures() { return kVqgans; }
std::span<const Entry<ClipConfig (*)()>> clip_architectures() { return kClips; }
std::string vqgan_architecture_names() { return names_of(vqgan_architectures()); }
std::string clip_architecture_names() { return names_of(clip_architectures()); }

// A name of our own is looked up before a file is, so that a word mistyped is answered with the
// list of architectures.
std::string weights_of(const std::string& name, const std::string& kind) {
  if (name == "shipped") return find_model(kind == "clip" ? "guide" : "vqgan", kind);
  const bool is_architecture =
      kind == "clip" ? is_known(clip_architectures(), name) : is_known(vqgan_architectures(), name);
  if (is_architecture) return "";
  std::error_code ignored;
  if (std::filesystem::exists(name, ignored)) return name;
  for (const KnownModel& model : known_models()) {
    if (model.name == name && model.kind == kind) return find_model(name, kind);
  }
  if (kind == "clip") {
    find(clip_architectures(), name, "CLIP architecture");
  } else {
    find(vqgan_architectures(), name, "VQGAN architecture");
  }
  return "";
}

std::shared_ptr<const Vqgan> vqgan_to_measure(const std::string& name, const at::Device& device,
                                              at::ScalarType products) {
  const std::string file = weights_of(name, "vqgan");
  if (!file.empty())
    return std::make_shared<const Vqgan>(Vqgan::load(file, device, Edges::plain, products));
  return random_vqgan(find(vqgan_architectures(), name, "VQGAN architecture").make(), device,
                      products);
}

std::shared_ptr<const Clip> clip_to_measure(const std::string& name, const at::Device& device,
                                            at::ScalarType products) {
  const std::string file = weights_of(name, "clip");
  if (!file.empty()) return std::make_shared<const Clip>(Clip::load(file, device, products));
  return random_clip(find(clip_architectures(), name, "CLIP architecture").make(), device,
                     products);
}

}  // namespace pincel
