// SPDX-License-Identifier: MIT
#include "guidance/clip_names.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxConfig = std::size_t{4} << 20U;
constexpr std::array kTokenizerNames = {
    "merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"};

json read_json(const fs::path& path) {
  const auto tree = json::parse(read_whole_file(path, kMaxConfig), nullptr, false);
  require(tree.is_object(), ExitCode::bad_data, "{}: is not JSON, expected a model's configuration",
          path.string());
  return tree;
}

// The JSON beside the weights, null where there is none.
json config_beside(const fs::path& folder) {
  for (const char* name : {"open_clip_config.json", "config.json"}) {
    if (fs::is_regular_file(folder / name)) return read_json(folder / name);
  }
  return nullptr;
}

fs::path tokenizer_in(const fs::path& folder) {
  for (const char* name : kTokenizerNames) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return {};
}

// The tensors of a checkpoint by name, for reading sizes off them.
class Shapes {
 public:
  explicit Shapes(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  bool has(const std::string& name) const { return checkpoint_.tensors.contains(name); }

  std::int64_t side(const std::string& name, std::int64_t dimension, std::int64_t rank) const {
    const auto found = checkpoint_.tensors.find(name);
    require(found != checkpoint_.tensors.end(), ExitCode::bad_data,
            "{}: tensor '{}' is missing; expected a CLIP", checkpoint_.source, name);
    require(found->second.dim() == rank, ExitCode::bad_data,
            "{}: tensor '{}' has {} dimensions, expected {}", checkpoint_.source, name,
            found->second.dim(), rank);
    return found->second.size(dimension);
  }

  // How many different numbers stand after the prefix.
  std::int64_t count(const std::string& prefix) const {
    std::set<std::string> numbers;
    for (auto i = checkpoint_.tensors.lower_bound(prefix);
         i != checkpoint_.tensors.end() && i->first.starts_with(prefix); ++i) {
      numbers.insert(
          i->first.substr(prefix.size(), i->first.find('.', prefix.size()) - prefix.size()));
    }
    return static_cast<std::int64_t>(numbers.size());
  }

  // Positions of a square grid and one more -> its side.
  std::int64_t grid(const std::string& name) const {
    const auto cells = side(name, 0, 2) - 1;
    const auto grid = std::llround(std::sqrt(static_cast<double>(cells)));
    require(cells > 0 && grid * grid == cells, ExitCode::bad_data,
            "{}: tensor '{}' has {} positions, expected those of a square and one more",
            checkpoint_.source, name, cells + 1);
    return grid;
  }

 private:
  const Checkpoint& checkpoint_;
};

// Heads are 64 wide but in the largest three.
std::int64_t published_head_width(std::int64_t width) {
  if (width == 1280) return 80;
  if (width == 1408) return 88;
  return width == 1664 ? 104 : 64;
}

ClipConfig config_from_tensors(const Checkpoint& checkpoint) {
  const Shapes shapes(checkpoint);
  ClipConfig c;
  c.embed_dim = shapes.side("text_projection", 1, 2);
  c.context_length = shapes.side("positional_embedding", 0, 2);
  c.vocab_size = shapes.side("token_embedding.weight", 0, 2);
  c.text_width = shapes.side("token_embedding.weight", 1, 2);
  c.text_heads = std::max<std::int64_t>(1, c.text_width / 64);
  c.text_layers = shapes.count("transformer.resblocks.");
  c.text_mlp_ratio =
      static_cast<double>(shapes.side("transformer.resblocks.0.mlp.c_fc.weight", 0, 2)) /
      static_cast<double>(c.text_width);
  if (shapes.has("visual.layer1.0.conv1.weight")) {
    c.vision_layers.clear();
    for (const char* stage : {"1", "2", "3", "4"}) {
      c.vision_layers.push_back(shapes.count(fmt::format("visual.layer{}.", stage)));
    }
    c.vision_width = shapes.side("visual.layer1.0.conv1.weight", 0, 4);
    c.image_size = 32 * shapes.grid("visual.attnpool.positional_embedding");
    return c;
  }
  c.vision_width = shapes.side("visual.conv1.weight", 0, 4);
  c.patch_size = shapes.side("visual.conv1.weight", 3, 4);
  c.vision_layers = {shapes.count("visual.transformer.resblocks.")};
  c.image_size = c.patch_size * shapes.grid("visual.positional_embedding");
  c.head_width = published_head_width(c.vision_width);
  c.mlp_ratio =
      static_cast<double>(shapes.side("visual.transformer.resblocks.0.mlp.c_fc.weight", 0, 2)) /
      static_cast<double>(c.vision_width);
  return c;
}

// Weights of OpenAI's own files are half precision but for the norms, and nothing else is.
bool is_openai_mix(const Checkpoint& checkpoint) {
  const auto dtype = [&](const char* name) {
    const auto found = checkpoint.tensors.find(name);
    return found == checkpoint.tensors.end() ? at::kByte : found->second.scalar_type();
  };
  return dtype("visual.conv1.weight") == at::kHalf && dtype("text_projection") == at::kHalf &&
         dtype("ln_final.weight") == at::kFloat;
}

// What this program does not compute is refused, not left out.
void expect_plain(const json& section, const char* where, const std::string& source) {
  const auto is_off = [](const json& value) {
    return value.is_null() || value == false || value == 0 || value == "" || value == "tok";
  };
  for (const char* key : {"timm_model_name", "hf_model_name", "attentional_pool", "ls_init_value",
                          "no_ln_pre", "final_ln_after_pool", "embed_cls", "no_causal_mask",
                          "output_tokens", "input_patchnorm", "global_average_pool"}) {
    if (!section.contains(key)) continue;
    require(is_off(section[key]), ExitCode::bad_data,
            "{}: {} has {} = {}, which this version does not compute", source, where, key,
            section[key].dump());
  }
}

void apply_preprocessing(ClipConfig& c, const json& tree) {
  if (tree.contains("mean")) c.mean = tree["mean"];
  if (tree.contains("std")) c.std = tree["std"];
}

// {"model_cfg": {...}, "preprocess_cfg": {...}}
void apply_open_clip_config(ClipConfig& c, const json& tree, const std::string& source) {
  const json& model = tree.at("model_cfg");
  const json vision = model.value("vision_cfg", json::object());
  const json text = model.value("text_cfg", json::object());
  expect_plain(vision, "its vision_cfg", source);
  expect_plain(text, "its text_cfg", source);
  c.quick_gelu = model.value("quick_gelu", false);
  c.head_width = vision.value("head_width", std::int64_t{64});
  c.text_heads = text.value("heads", c.text_heads);
  if (tree.contains("preprocess_cfg")) apply_preprocessing(c, tree["preprocess_cfg"]);
}

// "text_config_dict" is an older name of "text_config", and wins.
json tower(const json& tree, const std::string& name) {
  json section = tree.value(name, json::object());
  const auto older = tree.value(name + "_dict", json());
  if (older.is_object()) section.update(older);
  return section;
}

bool is_quick(const json& text, const json& vision, const std::string& source) {
  const auto words = text.value("hidden_act", std::string("quick_gelu"));
  const auto sight = vision.value("hidden_act", std::string("quick_gelu"));
  require(words == sight && (words == "quick_gelu" || words == "gelu"), ExitCode::bad_data,
          "{}: its activations are {} and {}, expected quick_gelu or gelu in both towers", source,
          words, sight);
  return words == "quick_gelu";
}

void apply_hugging_face_config(ClipConfig& c, const json& tree, const std::string& source) {
  const auto kind = tree.value("model_type", std::string("clip"));
  require(kind == "clip", ExitCode::bad_data, "{}: its config.json is of a {}, expected a clip",
          source, printable(kind));
  const json text = tower(tree, "text_config"), vision = tower(tree, "vision_config");
  c.quick_gelu = is_quick(text, vision, source);
  c.text_heads = text.value("num_attention_heads", std::int64_t{8});
  const auto heads = vision.value("num_attention_heads", std::int64_t{12});
  require(heads > 0 && c.vision_width % heads == 0, ExitCode::bad_data,
          "{}: a width of {} is no multiple of its {} heads", source, c.vision_width, heads);
  c.head_width = c.vision_width / heads;
  for (const json* part : {&text, &vision}) {
    const auto eps = part->value("layer_norm_eps", 1e-5);
    require(std::abs(eps - 1e-5) < 1e-9, ExitCode::bad_data,
            "{}: its layer norms have an epsilon of {}, expected 1e-5", source, eps);
  }
}

// Hugging Face's names -> OpenAI's. q, k and v are one matrix there, projections are transposed.
class Renamer {
 public:
  explicit Renamer(Checkpoint& from) : from_(from) {
    to_.source = from.source;
    to_.metadata = from.metadata;
  }

  Checkpoint run() {
    tower("text_model.", "", "final_layer_norm", "ln_final");
    move("text_model.embeddings.token_embedding.weight", "token_embedding.weight");
    move("text_model.embeddings.position_embedding.weight", "positional_embedding");
    turn("text_projection.weight", "text_projection");
    tower("vision_model.", "visual.", "post_layernorm", "visual.ln_post");
    move("vision_model.embeddings.class_embedding", "visual.class_embedding");
    move("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight");
    move("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding");
    both("vision_model.pre_layrnorm", "visual.ln_pre");
    turn("visual_projection.weight", "visual.proj");
    move("logit_scale", "logit_scale");
    for (const char* counter :
         {"text_model.embeddings.position_ids", "vision_model.embeddings.position_ids"}) {
      from_.tensors.erase(counter);
    }
    require(from_.tensors.empty(), ExitCode::bad_data,
            "{}: tensor '{}' is not part of a Hugging Face CLIP", from_.source,
            from_.tensors.empty() ? "" : printable(from_.tensors.begin()->first));
    return std::move(to_);
  }

 private:
  at::Tensor take(const std::string& name) {
    auto node = from_.tensors.extract(name);
    require(!node.empty(), ExitCode::bad_data,
            "{}: tensor '{}' is missing; expected a CLIP with both towers", from_.source, name);
    return node.mapped();
  }
  void move(const std::string& from, const std::string& to) { to_.tensors[to] = take(from); }
  void turn(const std::string& from, const std::string& to) {
    const auto matrix = take(from);
    require(matrix.dim() == 2, ExitCode::bad_data, "{}: tensor '{}' has {} dimensions, expected 2",
            from_.source, from, matrix.dim());
    to_.tensors[to] = matrix.t().contiguous();
  }
  void both(const std::string& from, const std::string& to) {
    for (const char* part : {".weight", ".bias"}) move(from + part, to + part);
  }
  void join(const std::string& block, const std::string& to, const char* part) {
    std::vector<at::Tensor> three;
    for (const char* which : {"q", "k", "v"}) {
      three.push_back(take(fmt::format("{}self_attn.{}_proj.{}", block, which, part)));
      require(three.back().dim() == three[0].dim() && three[0].dim() > 0 &&
                  three.back().sizes() == three[0].sizes(),
              ExitCode::bad_data, "{}: '{}' has projections of several shapes", from_.source,
              block);
    }
    to_.tensors[fmt::format("{}attn.in_proj_{}", to, part)] = torch::cat(three);
  }
  void tower(const std::string& from, const std::string& to, const char* norm,
             const std::string& own_norm) {
    for (std::int64_t i = 0;; ++i) {
      const auto block = fmt::format("{}encoder.layers.{}.", from, i);
      const auto own = fmt::format("{}transformer.resblocks.{}.", to, i);
      if (!from_.tensors.contains(block + "layer_norm1.weight")) break;
      for (const char* part : {"weight", "bias"}) join(block, own, part);
      both(block + "self_attn.out_proj", own + "attn.out_proj");
      both(block + "layer_norm1", own + "ln_1");
      both(block + "layer_norm2", own + "ln_2");
      both(block + "mlp.fc1", own + "mlp.c_fc");
      both(block + "mlp.fc2", own + "mlp.c_proj");
    }
    both(from + norm, own_norm);
  }

  Checkpoint& from_;
  Checkpoint to_;
};

// Names without what trainers put before them, and without what is no weight.
void tidy(Checkpoint& checkpoint) {
  std::map<std::string, at::Tensor> tensors;
  const bool is_wrapped =
      !checkpoint.tensors.empty() && checkpoint.tensors.begin()->first.starts_with("module.");
  for (auto& [name, tensor] : checkpoint.tensors) {
    auto own = is_wrapped && name.starts_with("module.") ? name.substr(7) : name;
    // open_clip's custom text towers have a prefix of their own, with the same names behind.
    if (own.starts_with("text.")) own = own.substr(5);
    for (const char* counter : {"input_resolution", "context_length", "vocab_size",
                                "transformer.embeddings.position_ids", "attn_mask"}) {
      if (own == counter) own.clear();
    }
    if (!own.empty()) tensors.emplace(own, tensor);
  }
  checkpoint.tensors = std::move(tensors);
  if (const auto scale = checkpoint.tensors.find("logit_scale");
      scale != checkpoint.tensors.end() && scale->second.dim() == 1 && scale->second.numel() == 1) {
    scale->second = scale->second.squeeze(0);
  }
}

}  // namespace

PublicClip open_public_clip(const fs::path& path, const Wanted& wanted) {
  const fs::path file = checkpoint_in(path);
  PublicClip clip;
  clip.weights = open_checkpoint(file, wanted);
  const std::string source = clip.weights.source;
  if (const auto own = clip.weights.metadata.find("pincel.config");
      own != clip.weights.metadata.end()) {
    clip.config = ClipConfig::from_json(own->second, source);
    clip.family = "pincel";
    return clip;
  }
  const fs::path folder = file.parent_path();
  const json beside = config_beside(folder.empty() ? "." : folder);
  clip.tokenizer = tokenizer_in(folder.empty() ? "." : folder);
  tidy(clip.weights);
  const bool is_hugging_face =
      clip.weights.tensors.contains("vision_model.embeddings.class_embedding") ||
      clip.weights.tensors.contains("text_model.final_layer_norm.weight");
  if (is_hugging_face) clip.weights = Renamer(clip.weights).run();
  clip.config = config_from_tensors(clip.weights);
  try {
    if (beside.is_object() && beside.contains("model_cfg")) {
      clip.family = "open_clip";
      apply_open_clip_config(clip.config, beside, source);
    } else if (is_hugging_face) {
      clip.family = "Hugging Face";
      apply_hugging_face_config(clip.config, beside.is_object() ? beside : json::object(), source);
    } else {
      const auto& container = clip.weights.metadata["pincel.container"];
      const bool is_openai = container == "TorchScript archive" || is_openai_mix(clip.weights);
      clip.family = is_openai ? "OpenAI" : "open_clip";
      clip.config.quick_gelu = is_openai;
    }
  } catch (const json::exception& error) {
    fail(ExitCode::bad_data, "{}: its JSON configuration cannot be read: {}", folder.string(),
         printable(error.what()));
  }
  return clip;
}

}  // namespace pincel
