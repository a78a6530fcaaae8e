// SPDX-License-Identifier: MIT
#include "guidance/clip_config.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using nlohmann::json;

// Names in the JSON; the first is what a file without the key means.
template <class E>
using Names = std::initializer_list<std::pair<E, const char*>>;

constexpr Names<ClipKind> kKinds = {
    {ClipKind::clip, "clip"}, {ClipKind::slip, "slip"}, {ClipKind::siglip, "siglip"}};
constexpr Names<Fit> kFits = {{Fit::crop, "shortest"}, {Fit::squash, "squash"}};
constexpr Names<Interpolation> kFilters = {{Interpolation::bicubic, "bicubic"},
                                           {Interpolation::bilinear, "bilinear"}};
constexpr Names<Activation> kActivations = {{Activation::gelu, "gelu"},
                                            {Activation::quick, "quick_gelu"},
                                            {Activation::gelu_tanh, "gelu_tanh"}};

template <class E>
E read_name(const json& section, const char* key, E absent, const Names<E>& names) {
  if (!section.contains(key)) return absent;
  const std::string wanted = section[key];
  for (const auto& [value, name] : names) {
    if (wanted == name) return value;
  }
  fail(ExitCode::bad_data, "{} '{}' is unknown; is the file of a later version?", key,
       printable(wanted));
}

template <class E>
const char* name_of(E wanted, const Names<E>& names) {
  for (const auto& [value, name] : names) {
    if (value == wanted) return name;
  }
  fail(ExitCode::internal, "a setting without a name");
}

std::vector<std::int64_t> stages(const json& layers) {
  if (layers.is_array()) return layers.get<std::vector<std::int64_t>>();
  return {layers.get<std::int64_t>()};
}

void expect_positive(std::int64_t value, const char* key, const std::string& source) {
  require(value > 0 && value <= 1000000, ExitCode::bad_data,
          "{}: CLIP config says {} = {}, expected 1 to 1000000", source, key, value);
}

void check(const ClipConfig& c, const std::string& source) {
  expect_positive(c.embed_dim, "embed_dim", source);
  expect_positive(c.image_size, "image_size", source);
  expect_positive(c.vision_width, "vision width", source);
  expect_positive(c.head_width, "head_width", source);
  expect_positive(c.patch_size, "patch_size", source);
  expect_positive(c.context_length, "context_length", source);
  expect_positive(c.vocab_size, "vocab_size", source);
  expect_positive(c.text_width, "text width", source);
  expect_positive(c.text_heads, "text heads", source);
  expect_positive(c.text_layers, "text layers", source);
  require(c.vision_layers.size() == 1 || c.vision_layers.size() == 4, ExitCode::bad_data,
          "{}: CLIP config has {} vision stages, expected 1 (transformer) or 4 (ResNet)", source,
          c.vision_layers.size());
  for (const auto layers : c.vision_layers) expect_positive(layers, "vision layers", source);
  require(c.kind == ClipKind::clip || !c.is_resnet(), ExitCode::bad_data,
          "{}: CLIP config has a ResNet in an architecture of transformers", source);
  require(c.text_width % c.text_heads == 0, ExitCode::bad_data,
          "{}: CLIP text width {} is no multiple of its {} heads", source, c.text_width,
          c.text_heads);
}

}  // namespace

ClipConfig ClipConfig::from_json(const std::string& text, const std::string& source) {
  ClipConfig c;
  try {
    const json root = json::parse(text);
    require(root.value("kind", "") == "clip", ExitCode::bad_data,
            "{}: holds a '{}' model, expected a CLIP", source, root.value("kind", "unknown"));
    const json& model = root.at("model_cfg");
    const json& vision = model.at("vision_cfg");
    const json& words = model.at("text_cfg");
    c.embed_dim = model.at("embed_dim");
    c.kind = read_name(model, "architecture", ClipKind::clip, kKinds);
    c.set_activation(model.value("quick_gelu", false) ? Activation::quick : Activation::gelu);
    c.activation = read_name(vision, "activation", c.activation, kActivations);
    c.text_activation = read_name(words, "activation", c.text_activation, kActivations);
    c.image_size = vision.at("image_size");
    c.vision_layers = stages(vision.at("layers"));
    c.vision_width = vision.at("width");
    c.patch_size = vision.value("patch_size", std::int64_t{32});
    c.head_width = vision.value("head_width", std::int64_t{64});
    c.mlp_ratio = vision.value("mlp_ratio", 4.0);
    c.context_length = words.value("context_length", std::int64_t{77});
    c.vocab_size = words.value("vocab_size", std::int64_t{49408});
    c.text_width = words.at("width");
    c.text_heads = words.at("heads");
    c.text_layers = words.at("layers");
    c.text_mlp_ratio = words.value("mlp_ratio", 4.0);
    if (root.contains("preprocess_cfg")) {
      const json& preparation = root["preprocess_cfg"];
      c.mean = preparation.at("mean");
      c.std = preparation.at("std");
      c.fit = read_name(preparation, "resize_mode", Fit::crop, kFits);
      c.filter = read_name(preparation, "interpolation", Interpolation::bicubic, kFilters);
    }
  } catch (const json::exception& e) {
    fail(ExitCode::bad_data, "{}: its CLIP config cannot be read: {}", source, e.what());
  }
  check(c, source);
  return c;
}

std::string ClipConfig::to_json() const {
  json vision = {{"image_size", image_size}, {"width", vision_width}, {"head_width", head_width}};
  if (is_resnet()) {
    vision["layers"] = vision_layers;
  } else {
    vision["layers"] = vision_layers.at(0);
    vision["patch_size"] = patch_size;
    vision["mlp_ratio"] = mlp_ratio;
  }
  json words = {{"context_length", context_length},
                {"vocab_size", vocab_size},
                {"width", text_width},
                {"heads", text_heads},
                {"layers", text_layers}};
  if (text_mlp_ratio != 4.0) words["mlp_ratio"] = text_mlp_ratio;
  const bool is_quick = activation == Activation::quick && text_activation == Activation::quick;
  json model = {{"embed_dim", embed_dim}, {"quick_gelu", is_quick}};
  json preparation = {{"mean", mean}, {"std", std}};
  const bool is_mixed = activation != text_activation || activation == Activation::gelu_tanh;
  if (is_mixed) {
    vision["activation"] = name_of(activation, kActivations);
    words["activation"] = name_of(text_activation, kActivations);
  }
  if (kind != ClipKind::clip) model["architecture"] = name_of(kind, kKinds);
  if (fit != Fit::crop) preparation["resize_mode"] = name_of(fit, kFits);
  if (filter != Interpolation::bicubic) preparation["interpolation"] = name_of(filter, kFilters);
  model["vision_cfg"] = vision;
  model["text_cfg"] = words;
  return json{{"kind", "clip"}, {"model_cfg", model}, {"preprocess_cfg", preparation}}.dump();
}

}  // namespace pincel
