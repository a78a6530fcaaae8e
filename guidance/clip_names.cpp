// SPDX-License-Identifier: MIT
#include "guidance/clip_names.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"
#include "guidance/clip_gguf.h"
#include "guidance/clip_json.h"
#include "guidance/clip_renaming.h"
#include "prompts/piece_tokenizer.h"
#include "prompts/tokenizer.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxConfig = std::size_t{4} << 20U;
constexpr std::array kMergesNames = {"merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz",
                                     "bpe_simple_vocab_16e6.txt"};
constexpr std::array kPieceNames = {"spiece.model", "sentencepiece.model", "tokenizer.json",
                                    "tokenizer.model", "gemma_tokenizer.model"};

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

fs::path tokenizer_in(const fs::path& folder, std::span<const char* const> names) {
  for (const char* name : names) {
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

  // Positions of a square grid, and of `more` before it -> its side.
  std::int64_t grid(const std::string& name, std::int64_t more = 1) const {
    const auto cells = side(name, 0, 2) - more;
    const auto grid = std::llround(std::sqrt(static_cast<double>(cells)));
    require(cells > 0 && grid * grid == cells, ExitCode::bad_data,
            "{}: tensor '{}' has {} positions, expected those of a square and {} more",
            checkpoint_.source, name, cells + more, more);
    return grid;
  }

 private:
  const Checkpoint& checkpoint_;
};

// Heads are 64 wide but in the largest three, in SigLIP's so400m and giantopt, and in SLIP's small.
std::int64_t published_head_width(ClipKind kind, std::int64_t width) {
  if (kind == ClipKind::siglip) return width == 1152 ? 72 : width == 1536 ? 96 : 64;
  if (kind == ClipKind::slip) return width == 384 ? 32 : 64;
  if (width == 1280) return 80;
  if (width == 1408) return 88;
  return width == 1664 ? 104 : 64;
}

ClipConfig config_from_tensors(const Checkpoint& checkpoint, ClipKind kind) {
  const Shapes shapes(checkpoint);
  ClipConfig c;
  c.kind = kind;
  c.embed_dim = shapes.side("text_projection", 1, 2);
  c.context_length = shapes.side("positional_embedding", 0, 2);
  c.vocab_size = shapes.side("token_embedding.weight", 0, 2);
  c.text_width = shapes.side("token_embedding.weight", 1, 2);
  const auto text_head = kind == ClipKind::siglip ? published_head_width(kind, c.text_width) : 64;
  c.text_heads = std::max<std::int64_t>(1, c.text_width / text_head);
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
  c.image_size =
      c.patch_size * shapes.grid("visual.positional_embedding", kind == ClipKind::siglip ? 0 : 1);
  c.head_width = published_head_width(kind, c.vision_width);
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
  for (const char* name : {"logit_scale", "logit_bias"}) {
    const auto found = checkpoint.tensors.find(name);
    const bool is_row =
        found != checkpoint.tensors.end() && found->second.dim() == 1 && found->second.numel() == 1;
    if (is_row) found->second = found->second.squeeze(0);
  }
}

// Brings the names into OpenAI's, whichever package gave them.
ClipKind rename(Checkpoint& weights) {
  if (has_hugging_face_names(weights)) {
    const bool is_siglip = is_hugging_face_siglip(weights);
    weights = rename_hugging_face(std::move(weights));
    return is_siglip ? ClipKind::siglip : ClipKind::clip;
  }
  if (has_siglip_trunk(weights)) {
    weights = rename_siglip_trunk(std::move(weights));
    return ClipKind::siglip;
  }
  if (has_slip_names(weights)) {
    weights = rename_slip(std::move(weights));
    return ClipKind::slip;
  }
  return ClipKind::clip;
}

// The family, and what the JSON in the folder tells beyond the tensors.
void apply_family(PublicClip& clip, const fs::path& folder, bool is_hugging_face) {
  const std::string& source = clip.weights.source;
  const json beside = config_beside(folder);
  if (clip.config.kind == ClipKind::slip) {
    clip.family = "SLIP";
  } else if (beside.is_object() && beside.contains("model_cfg")) {
    clip.family = "open_clip";
    apply_open_clip_config(clip.config, beside, source);
  } else if (is_hugging_face) {
    clip.family = "Hugging Face";
    apply_hugging_face_config(clip.config, beside.is_object() ? beside : json::object(), source);
    const fs::path preparation = folder / "preprocessor_config.json";
    if (fs::is_regular_file(preparation)) {
      apply_hugging_face_preparation(clip.config, read_json(preparation), source);
    }
  } else if (clip.config.kind == ClipKind::siglip) {
    clip.family = "open_clip";
  } else {
    const auto& container = clip.weights.metadata["pincel.container"];
    const bool is_openai = container == "TorchScript archive" || is_openai_mix(clip.weights);
    clip.family = is_openai ? "OpenAI" : "open_clip";
    clip.config.set_activation(is_openai ? Activation::quick : Activation::gelu);
  }
}

// Sizes that the modules would divide by.
void expect_fitting(const ClipConfig& c, const std::string& source) {
  const bool is_divided = c.is_resnet() || (c.head_width > 0 && c.vision_width % c.head_width == 0);
  require(is_divided && c.text_heads > 0 && c.text_width % c.text_heads == 0, ExitCode::bad_data,
          "{}: widths of {} and {} do not fit heads of {} and {} heads", source, c.vision_width,
          c.text_width, c.head_width, c.text_heads);
  require(c.kind != ClipKind::siglip || c.vision_width == c.embed_dim, ExitCode::bad_data,
          "{}: pictures have {} dimensions and texts {}, expected the same", source, c.vision_width,
          c.embed_dim);
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
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const bool is_ggml = has_ggml_names(clip.weights);
  if (is_ggml) clip.weights = from_ggml(std::move(clip.weights), wanted);
  tidy(clip.weights);
  const bool is_hugging_face = has_hugging_face_names(clip.weights);
  const ClipKind kind = rename(clip.weights);
  clip.config = config_from_tensors(clip.weights, kind);
  apply_published(clip.config);
  try {
    if (is_ggml) {
      clip.family = "clip.cpp";
      apply_ggml_metadata(clip.config, clip.weights);
    } else {
      apply_family(clip, folder, is_hugging_face);
    }
  } catch (const json::exception& error) {
    fail(ExitCode::bad_data, "{}: its JSON configuration cannot be read: {}", folder.string(),
         printable(error.what()));
  }
  if (kind != ClipKind::siglip) {
    clip.tokenizer = tokenizer_in(folder, kMergesNames);
  } else {
    clip.tokenizer = tokenizer_in(folder, kPieceNames);
    if (!is_hugging_face) clip.cleaning = "canonicalize";
  }
  expect_fitting(clip.config, source);
  return clip;
}

void keep_vocabulary(PublicClip& clip) {
  if (clip.tokenizer.empty()) return;
  auto& metadata = clip.weights.metadata;
  if (clip.config.kind == ClipKind::siglip) {
    metadata["pincel.vocabulary"] = read_piece_vocabulary(clip.tokenizer, clip.cleaning).packed();
  } else {
    metadata["pincel.merges"] = Tokenizer::from_file(clip.tokenizer).merges();
  }
}

}  // namespace pincel
