// SPDX-License-Identifier: MIT
#include "guidance/clip_json.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr std::array kClipKeys = {"timm_model_name", "hf_model_name",      "attentional_pool",
                                  "ls_init_value",   "no_ln_pre",          "final_ln_after_pool",
                                  "embed_cls",       "no_causal_mask",     "output_tokens",
                                  "input_patchnorm", "global_average_pool"};
constexpr std::array kSiglipKeys = {"hf_model_name", "embed_cls", "ls_init_value", "output_tokens"};

json section(const json& tree, const char* key) { return tree.value(key, json::object()); }

// The keys of an open_clip tower that change what is computed.
void expect_off(const json& tower, std::span<const char* const> keys, const char* where,
                const std::string& source) {
  const auto is_off = [](const json& value) {
    return value.is_null() || value == false || value == 0 || value == "" || value == "tok";
  };
  for (const char* key : keys) {
    if (!tower.contains(key)) continue;
    require(is_off(tower[key]), ExitCode::bad_data,
            "{}: {} has {} = {}, which this version does not compute", source, where, key,
            tower[key].dump());
  }
}

void expect_value(const json& tower, const char* key, const json& expected,
                  const std::string& source) {
  const json found = tower.value(key, json());
  require(found == expected, ExitCode::bad_data, "{}: a SigLIP with {} = {}, expected {}", source,
          key, found.dump(), expected.dump());
}

void expect_epsilon(double found, double expected, const std::string& source) {
  require(std::abs(found - expected) < 1e-9, ExitCode::bad_data,
          "{}: its layer norms have an epsilon of {}, expected {}", source, found, expected);
}

std::int64_t head_width(std::int64_t width, std::int64_t heads, const std::string& source) {
  require(heads > 0 && width % heads == 0, ExitCode::bad_data,
          "{}: a width of {} is no multiple of its {} heads", source, width, heads);
  return width / heads;
}

// Pictures may be larger than their patches: what is left over at the right and below is not seen.
void apply_image_size(ClipConfig& c, const json& vision, const std::string& source) {
  if (c.is_resnet() || !vision.contains("image_size") || !vision["image_size"].is_number()) return;
  const std::int64_t size = vision["image_size"];
  require(size / c.patch_size == c.image_size / c.patch_size, ExitCode::bad_data,
          "{}: its configuration says pictures of {} pixels, its positions are those of {}", source,
          size, c.image_size);
  c.image_size = size;
}

// timm's name of SigLIP's vision tower: how many heads it has, and which GELU.
void apply_timm_name(ClipConfig& c, const std::string& name, const std::string& source) {
  const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
  const bool is_base = has("vit_base_");
  const bool is_known =
      has("_siglip_") && !has("_gap_") &&
      (is_base || has("vit_large_") || has("vit_so400m_") || has("vit_giantopt_"));
  require(is_known, ExitCode::bad_data,
          "{}: its vision tower is timm's '{}', which this version does not compute", source,
          printable(name));
  c.head_width = head_width(c.vision_width, is_base ? 12 : 16, source);
  const bool is_tanh = has("vit_base_patch32_") || has("vit_so400m_patch16_") ||
                       has("vit_giantopt_") || has("vit_large_patch16_siglip_512");
  c.activation = is_tanh ? Activation::gelu_tanh : Activation::gelu;
}

void apply_siglip_towers(ClipConfig& c, const json& vision, const json& text,
                         const std::string& source) {
  expect_value(vision, "timm_pool", "map", source);
  expect_value(vision, "timm_proj", "none", source);
  expect_value(text, "no_causal_mask", true, source);
  expect_value(text, "proj_bias", true, source);
  expect_value(text, "pool_type", "last", source);
  expect_off(text, kSiglipKeys, "its text_cfg", source);
  expect_epsilon(section(text, "norm_kwargs").value("eps", 1e-5), 1e-6, source);
  apply_timm_name(c, vision.value("timm_model_name", std::string()), source);
  const bool is_tanh = section(text, "act_kwargs").value("approximate", "none") == "tanh";
  c.text_activation = is_tanh ? Activation::gelu_tanh : Activation::gelu;
  const auto cleaning = section(text, "tokenizer_kwargs").value("clean", "canonicalize");
  require(cleaning == "canonicalize", ExitCode::bad_data,
          "{}: its texts are cleaned by '{}', expected canonicalize", source, printable(cleaning));
}

Activation activation_of(const json& tower, const char* absent, const std::string& source) {
  const auto name = tower.value("hidden_act", std::string(absent));
  if (name == "quick_gelu") return Activation::quick;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  require(name == "gelu", ExitCode::bad_data,
          "{}: its activation is {}, expected quick_gelu, gelu or gelu_pytorch_tanh", source,
          printable(name));
  return Activation::gelu;
}

// "text_config_dict" is an older name of "text_config", and wins.
json tower(const json& tree, const std::string& name) {
  json found = section(tree, name.c_str());
  const auto older = tree.value(name + "_dict", json());
  if (older.is_object()) found.update(older);
  return found;
}

}  // namespace

void apply_open_clip_config(ClipConfig& c, const json& tree, const std::string& source) {
  const json& model = tree.at("model_cfg");
  const json vision = section(model, "vision_cfg");
  const json text = section(model, "text_cfg");
  c.text_heads = text.value("heads", c.text_heads);
  apply_image_size(c, vision, source);
  if (c.kind == ClipKind::siglip) {
    apply_siglip_towers(c, vision, text, source);
  } else {
    expect_off(vision, kClipKeys, "its vision_cfg", source);
    expect_off(text, kClipKeys, "its text_cfg", source);
    c.set_activation(model.value("quick_gelu", false) ? Activation::quick : Activation::gelu);
    c.head_width = vision.value("head_width", std::int64_t{64});
  }
  const json preparation = section(tree, "preprocess_cfg");
  if (preparation.contains("mean")) c.mean = preparation["mean"];
  if (preparation.contains("std")) c.std = preparation["std"];
  const bool is_squashed = c.fit == Fit::squash;
  const auto fit =
      preparation.value("resize_mode", std::string(is_squashed ? "squash" : "shortest"));
  const auto filter = preparation.value("interpolation", std::string("bicubic"));
  require((fit == "squash" || fit == "shortest") && (filter == "bicubic" || filter == "bilinear"),
          ExitCode::bad_data,
          "{}: pictures are resized by {}, {}; expected shortest or squash, bicubic or bilinear",
          source, printable(fit), printable(filter));
  c.fit = fit == "squash" ? Fit::squash : Fit::crop;
  c.filter = filter == "bilinear" ? Interpolation::bilinear : Interpolation::bicubic;
}

void apply_hugging_face_config(ClipConfig& c, const json& tree, const std::string& source) {
  const bool is_siglip = c.kind == ClipKind::siglip;
  const std::string wanted = is_siglip ? "siglip" : "clip";
  const auto kind = tree.value("model_type", wanted);
  require(kind != "siglip2", ExitCode::bad_data,
          "{}: is a SigLIP2 for pictures of any size (NaFlex), which this version does not compute;"
          " take one of a fixed size",
          source);
  require(kind == wanted, ExitCode::bad_data, "{}: its config.json is of a {}, expected a {}",
          source, printable(kind), wanted);
  const json text = tower(tree, "text_config"), vision = tower(tree, "vision_config");
  const char* usual = is_siglip ? "gelu_pytorch_tanh" : "quick_gelu";
  apply_image_size(c, vision, source);
  c.activation = activation_of(vision, usual, source);
  c.text_activation = activation_of(text, usual, source);
  c.text_heads = text.value("num_attention_heads", std::int64_t{is_siglip ? 12 : 8});
  c.head_width =
      head_width(c.vision_width, vision.value("num_attention_heads", std::int64_t{12}), source);
  for (const json* part : {&text, &vision}) {
    const double expected = c.text_epsilon();
    expect_epsilon(part->value("layer_norm_eps", expected), expected, source);
  }
}

void apply_hugging_face_preparation(ClipConfig& c, const json& tree, const std::string& source) {
  if (tree.contains("image_mean")) c.mean = tree["image_mean"];
  if (tree.contains("image_std")) c.std = tree["image_std"];
  const auto filter = tree.value("resample", std::int64_t{3});
  require(filter == 2 || filter == 3, ExitCode::bad_data,
          "{}: pictures are resized by filter {}, expected 2 (bilinear) or 3 (bicubic)", source,
          filter);
  c.filter = filter == 2 ? Interpolation::bilinear : Interpolation::bicubic;
}

void apply_published(ClipConfig& c) {
  if (c.kind == ClipKind::slip) {
    c.activation = Activation::gelu;
    c.text_activation = Activation::quick;
    c.mean = {0.485, 0.456, 0.406};
    c.std = {0.229, 0.224, 0.225};
    c.filter = Interpolation::bilinear;
  }
  if (c.kind == ClipKind::siglip) {
    const bool is_tanh = c.patch_size == 32 || c.vision_width == 1536 ||
                         (c.vision_width == 1152 && c.patch_size == 16) ||
                         (c.vision_width == 1024 && c.image_size == 512);
    c.activation = is_tanh ? Activation::gelu_tanh : Activation::gelu;
    c.text_activation = c.vocab_size == kGemmaPieces ? Activation::gelu_tanh : Activation::gelu;
    c.mean = c.std = {0.5, 0.5, 0.5};
    c.fit = Fit::squash;
  }
}

}  // namespace pincel
