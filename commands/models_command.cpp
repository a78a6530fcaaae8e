// SPDX-License-Identifier: MIT
// pincel models list | inspect FILE | verify FILE | convert IN OUT | add NAME FILE
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <set>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/zip_file.h"
#include "core/error.h"
#include "core/sha256.h"
#include "core/utf8.h"
#include "generator/code_transformer.h"
#include "generator/lpips.h"
#include "generator/vqgan.h"
#include "generator/vqgan_names.h"
#include "generator/vqgan_yaml.h"
#include "guidance/clip.h"
#include "guidance/clip_gguf.h"
#include "guidance/clip_names.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

struct Published {
  std::string_view name, sha256;
};

// OpenAI's files bear their sums in their addresses.
constexpr std::array kPublished = {
    Published{"RN50", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"},
    Published{"RN101", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"},
    Published{"RN50x4", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"},
    Published{"RN50x16", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa"},
    Published{"RN50x64", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"},
    Published{"ViT-B/32", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"},
    Published{"ViT-B/16", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"},
    Published{"ViT-L/14", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"},
    Published{"ViT-L/14@336px", "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02"},
};

constexpr std::array kTransformerParts = {"transformer.", "first_stage_model.", "cond_stage_model.",
                                          "permuter."};

struct NoOptions {
  template <class V>
  void fields(V&&) {}
};

// The words after a command that has no options of its own; empty where only help was asked for.
std::vector<std::string> words_of(const CommandHelp& help,
                                  const std::vector<std::string>& arguments, std::size_t count) {
  NoOptions none;
  const CommandLine line = read_command_line(help, arguments, fields_of(none));
  if (line.asks_help) return {};
  require(line.words.size() == count, ExitCode::usage, "{} words, expected {}; as in '{}'",
          line.words.size(), count, help.example);
  return line.words;
}

bool nothing(const std::string&) { return false; }

// "clip", "vqgan", "transformer", "lpips" or "" by the names of the tensors alone.
std::string kind_of(const Checkpoint& shapes) {
  const auto has_part = [&](std::string_view part) {
    return std::any_of(shapes.tensors.begin(), shapes.tensors.end(), [&](const auto& entry) {
      return entry.first.find(part) != std::string::npos;
    });
  };
  const bool has_gpt = has_part("transformer.tok_emb.weight") && has_part("transformer.pos_emb");
  if (has_gpt && has_part("first_stage_model.")) return "transformer";
  if (has_part("quantize.emb") || has_part("blocks.group_1.block_1.")) return "vqgan";
  if (has_ggml_names(shapes)) return "clip";
  const bool is_clip = has_part("token_embedding.weight") && has_part("logit_scale");
  if (is_clip) return "clip";
  return Lpips::is_in(shapes) ? "lpips" : "";
}

std::string millions(std::int64_t count) {
  return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
}

// "float32 (12), float16 (290)"
std::string dtypes_of(const Checkpoint& checkpoint) {
  std::map<std::string, int> counts;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    ++counts[c10::toString(tensor.scalar_type())];
  }
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

std::string list_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += fmt::format("{}{}", text.empty() ? "" : ",", number);
  return text;
}

void print_clip(const fs::path& path) {
  const PublicClip clip = open_public_clip(path, nothing);
  const ClipConfig& c = clip.config;
  print(fmt::format("family        {}\n", clip.family));
  if (c.is_resnet()) {
    print(fmt::format("vision        ModifiedResNet {}, width {}, {} px\n",
                      list_of(c.vision_layers), c.vision_width, c.image_size));
  } else {
    print(fmt::format(
        "vision        transformer of {} blocks, width {}, heads of {}, patches of {}, {} px\n",
        c.vision_layers[0], c.vision_width, c.head_width, c.patch_size, c.image_size));
  }
  print(fmt::format("text          {} blocks, width {}, {} heads, {} tokens of {}\n", c.text_layers,
                    c.text_width, c.text_heads, c.context_length, c.vocab_size));
  print(fmt::format("space         {} dimensions\n", c.embed_dim));
  const auto name_of = [](Activation activation) {
    if (activation == Activation::quick) return "QuickGELU";
    return activation == Activation::gelu ? "GELU" : "GELU by tanh";
  };
  print(fmt::format("activation    {}{}\n", name_of(c.activation),
                    c.activation == c.text_activation
                        ? std::string()
                        : fmt::format(", of the text {}", name_of(c.text_activation))));
  if (clip.family != "pincel") {
    print(fmt::format("vocabulary    {}\n", clip.weights.metadata.contains("pincel.merges")
                                                ? "in the file"
                                            : clip.tokenizer.empty() ? "none beside it"
                                                                     : clip.tokenizer.string()));
  }
}

// Who published a VQGAN of such a shape.
std::string family_of(const VqganConfig& c) {
  if (c.wavelet) return "ruDALL-E, drawing at twice the size";
  if (c.quantizer == "gumbel") return "taming GumbelVQ, also ruDALL-E's";
  return "taming VQModel, also latent-diffusion's";
}

void print_vqgan(const fs::path& path) {
  const Checkpoint shapes = public_vqgan(path, nothing);
  const VqganConfig c = checked_vqgan_config(shapes);
  if (c.quantizer == "one-hot") {
    print(fmt::format("family        DALL-E's dVAE, {}\n",
                      c.has_encoder ? "encoder and decoder" : "decoder alone"));
    print(fmt::format("quantizer     one-hot, {} codes\n", c.n_embed));
    print(fmt::format("shape         f{}, {} channels, multipliers {}, {} blocks\n", c.factor(),
                      c.ch, list_of(c.ch_mult), c.num_res_blocks));
    return;
  }
  const bool is_own = shapes.metadata.contains("pincel.config");
  print(fmt::format("family        {}\n", is_own ? "pincel" : family_of(c)));
  print(fmt::format("quantizer     {}, {} codes of {}\n", c.quantizer, c.n_embed, c.embed_dim));
  print(fmt::format("shape         f{}, ch {}, multipliers {}, {} blocks, z {}\n", c.factor(), c.ch,
                    list_of(c.ch_mult), c.num_res_blocks, c.z_channels));
}

void print_transformer(const fs::path& path) {
  const TransformerConfig c = transformer_config_of(open_checkpoint(transformer_in(path), nothing));
  print(fmt::format("transformer   {} blocks, width {}, {} heads, {} positions, {} tokens\n",
                    c.gpt.n_layer, c.gpt.n_embd, c.gpt.n_head, c.gpt.block_size, c.gpt.vocab_size));
  print(fmt::format("is told       {}\n", c.description()));
  print(fmt::format("sees          {0} x {0} cells at once, {1} x {1} pixels\n", c.window(),
                    c.window() * c.first_stage.factor()));
}

// A transformer with its autoencoders, without masks and losses, its config in the metadata.
Checkpoint lean_transformer(const fs::path& path) {
  const auto is_wanted = [](const std::string& name) {
    const bool is_part = std::any_of(kTransformerParts.begin(), kTransformerParts.end(),
                                     [&](const char* part) { return name.starts_with(part); });
    return is_part && !name.ends_with(".attn.mask") && name.find(".loss.") == std::string::npos;
  };
  Checkpoint lean = open_checkpoint(transformer_in(path), is_wanted);
  lean.metadata["pincel.transformer"] = to_json(transformer_config_of(lean));
  std::erase_if(lean.tensors, [](const auto& entry) { return entry.second.is_meta(); });
  return lean;
}

void write_converted(const Checkpoint& from, const std::string& to) {
  Checkpoint plain;
  plain.tensors = from.tensors;
  plain.metadata["format"] = "pt";
  for (const char* key :
       {"pincel.config", "pincel.merges", "pincel.vocabulary", "pincel.transformer"}) {
    if (const auto found = from.metadata.find(key); found != from.metadata.end()) {
      plain.metadata[key] = found->second;
    }
  }
  write_checkpoint(to, plain);
}

// A zip has a checksum of every entry, which opening it alone does not compare for the tensors.
void expect_sums(const fs::path& path) {
  const InputFile file(path);
  if (!looks_like_torch_zip(file.head(4))) return;
  MemoryBudget budget(file);
  const ZipFile zip(file, budget);
  for (const ZipEntry& entry : zip.entries()) zip.verify(entry);
}

}  // namespace

int models_list_command(const std::vector<std::string>& arguments) {
  constexpr CommandHelp kModelsHelp{
      "models list", "", "Lists the models that can be given by name.", "pincel models list"};
  NoOptions none;
  if (read_command_line(kModelsHelp, arguments, fields_of(none)).asks_help) return 0;
  for (const KnownModel& model : known_models()) {
    print(fmt::format("{:<16} {:<6} {}\n", model.name, model.kind,
                      model.path.empty() ? "to be fetched: " + model.origin
                                         : model.origin + ", " + model.path.string()));
  }
  return 0;
}

int models_inspect_command(const std::vector<std::string>& arguments) {
  constexpr CommandHelp kModelsHelp{"models inspect", "FILE",
                                    "Says what a checkpoint holds, reading no weights.",
                                    "pincel models inspect ViT-B-32.pt"};
  const auto words = words_of(kModelsHelp, arguments, 1);
  if (words.empty()) return 0;
  const fs::path path = words[0];
  const Checkpoint shapes = open_checkpoint(transformer_in(path), nothing);
  const auto container = shapes.metadata.find("pincel.container");
  const std::string kind = kind_of(shapes);
  print(fmt::format("file          {}\n", printable(shapes.source)));
  print(fmt::format("container     {}\n",
                    container == shapes.metadata.end() ? "safetensors" : container->second));
  print(fmt::format("kind          {}\n", kind.empty() ? "unknown" : kind));
  if (kind == "clip") print_clip(path);
  if (kind == "transformer") print_transformer(path);
  if (kind == "transformer") print_vqgan(transformer_in(path));
  if (kind == "vqgan") print_vqgan(path);
  if (kind == "lpips") print("family        LPIPS or its VGG16, for train vqgan --perceptual\n");
  std::int64_t values = 0;
  for (const auto& [name, tensor] : shapes.tensors) values += tensor.numel();
  print(fmt::format("tensors       {}, {} values: {}\n", shapes.tensors.size(), millions(values),
                    dtypes_of(shapes)));
  const std::string sum = sha256_of_file(InputFile(shapes.source));
  print(fmt::format("sha256        {}\n", sum));
  for (const Published& published : kPublished) {
    if (published.sha256 == sum) print(fmt::format("published as  OpenAI {}\n", published.name));
  }
  return 0;
}

int models_verify_command(const std::vector<std::string>& arguments) {
  constexpr CommandHelp kModelsHelp{
      "models verify", "FILE", "Reads every value of a checkpoint and says whether all are sound.",
      "pincel models verify ViT-B-32.pt"};
  const auto words = words_of(kModelsHelp, arguments, 1);
  if (words.empty()) return 0;
  const Checkpoint checkpoint = open_checkpoint(checkpoint_in(words[0]));
  expect_sums(checkpoint.source);
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (!tensor.is_floating_point()) continue;
    const auto wrong = tensor.isfinite().logical_not().sum().item<std::int64_t>();
    require(wrong == 0, ExitCode::bad_data, "{}: tensor '{}' holds {} values that are not finite",
            checkpoint.source, printable(name), wrong);
  }
  print(fmt::format("{}: {} tensors, all sound\n", words[0], checkpoint.tensors.size()));
  return 0;
}

int models_convert_command(const std::vector<std::string>& arguments) {
  constexpr CommandHelp kModelsHelp{
      "models convert", "IN OUT.safetensors",
      "Writes a checkpoint of any kind as safetensors, with its shape and "
      "vocabulary inside where they are known.",
      "pincel models convert ViT-B-32.pt vit-b-32.safetensors"};
  const auto words = words_of(kModelsHelp, arguments, 2);
  if (words.empty()) return 0;
  require(words[1].ends_with(".safetensors"), ExitCode::bad_value,
          "{}: expected a name that ends in .safetensors", words[1]);
  const fs::path path = words[0];
  const std::string kind = kind_of(open_checkpoint(transformer_in(path), nothing));
  if (kind == "clip") {
    PublicClip clip = open_public_clip(path);
    clip.weights.metadata["pincel.config"] = clip.config.to_json();
    keep_vocabulary(clip);
    write_converted(clip.weights, words[1]);
  } else if (kind == "vqgan") {
    Checkpoint vqgan = public_vqgan(path);
    vqgan.metadata["pincel.config"] = to_json(checked_vqgan_config(vqgan));
    write_converted(vqgan, words[1]);
  } else if (kind == "transformer") {
    write_converted(lean_transformer(path), words[1]);
  } else {
    write_converted(open_checkpoint(checkpoint_in(path)), words[1]);
  }
  print(words[1] + "\n");
  return 0;
}

int models_add_command(const std::vector<std::string>& arguments) {
  constexpr CommandHelp kModelsHelp{
      "models add", "NAME FILE",
      "Keeps a name for a file or folder, so that --clip NAME, --vqgan NAME "
      "or --model NAME find it.",
      "pincel models add vit-b-32 ~/weights/ViT-B-32.pt"};
  const auto words = words_of(kModelsHelp, arguments, 2);
  if (words.empty()) return 0;
  const fs::path path = words[1];
  const std::string kind = kind_of(open_checkpoint(transformer_in(path), nothing));
  require(!kind.empty() && kind != "lpips", ExitCode::bad_data,
          "{}: holds no CLIP, VQGAN or transformer", words[1]);
  add_model(words[0], kind, path);
  print(fmt::format("{} is now the {} in {}\n", words[0], kind, fs::absolute(path).string()));
  return 0;
}

}  // namespace pincel
