// SPDX-License-Identifier: MIT
#include "commands/model_store.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

#include "commands/home.h"
#include "core/atomic_file.h"
#include "core/data_folder.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxStore = std::size_t{1} << 20U;

struct Public {
  const char* name;
  const char* kind;
  const char* file;  // and who publishes it
};

constexpr std::array kPublic = {
    Public{"vit-b-32", "clip", "ViT-B-32.pt of OpenAI's CLIP"},
    Public{"vit-b-16", "clip", "ViT-B-16.pt of OpenAI's CLIP"},
    Public{"vit-l-14", "clip", "ViT-L-14.pt of OpenAI's CLIP"},
    Public{"vit-l-14-336", "clip", "ViT-L-14-336px.pt of OpenAI's CLIP"},
    Public{"rn50", "clip", "RN50.pt of OpenAI's CLIP"},
    Public{"rn101", "clip", "RN101.pt of OpenAI's CLIP"},
    Public{"rn50x4", "clip", "RN50x4.pt of OpenAI's CLIP"},
    Public{"rn50x16", "clip", "RN50x16.pt of OpenAI's CLIP"},
    Public{"rn50x64", "clip", "RN50x64.pt of OpenAI's CLIP"},
    Public{"imagenet-1024", "vqgan", "vqgan_imagenet_f16_1024.ckpt of taming-transformers"},
    Public{"imagenet-16384", "vqgan", "vqgan_imagenet_f16_16384.ckpt of taming-transformers"},
    Public{"gumbel-8192", "vqgan", "vqgan_gumbel_f8.ckpt of taming-transformers"},
    Public{"coco", "transformer", "coco.ckpt of taming-transformers"},
    Public{"sflckr", "transformer", "sflckr.ckpt of taming-transformers"},
    Public{"faceshq", "transformer", "faceshq.ckpt of taming-transformers"},
    Public{"ade20k", "transformer", "ade20k.ckpt of taming-transformers"},
    Public{"drin", "transformer", "drin.ckpt of taming-transformers"},
    Public{"cin", "transformer", "cin_transformer's folder of taming-transformers"},
    Public{"ffhq", "transformer", "ffhq_transformer's folder of taming-transformers"},
    Public{"celebahq", "transformer", "celebahq_transformer's folder of taming-transformers"},
    Public{"wikiart-16384", "vqgan", "wikiart_16384.ckpt, a fine-tune of imagenet-16384"},
    Public{"vq-f4", "vqgan", "model.ckpt in vq-f4.zip of latent-diffusion"},
    Public{"vq-f4-noattn", "vqgan", "model.ckpt in vq-f4-noattn.zip of latent-diffusion"},
    Public{"vq-f8", "vqgan", "model.ckpt in vq-f8.zip of latent-diffusion"},
    Public{"vq-f8-n256", "vqgan", "model.ckpt in vq-f8-n256.zip of latent-diffusion"},
    Public{"vq-f16", "vqgan", "model.ckpt in vq-f16.zip of latent-diffusion"},
    Public{"dall-e", "vqgan", "the folder with encoder.pkl and decoder.pkl of DALL-E"},
    Public{"rudalle", "vqgan", "vqgan.gumbelf8-sber.model.ckpt of ruDALL-E"},
    Public{"rudalle-dwt", "vqgan", "vqgan.gumbelf8-sber-dwt.model.ckpt of ruDALL-E"},
};

std::vector<KnownModel> shipped_models() {
  const fs::path home = home_folder();
  return {{"guide", "clip", home / "guidance/weights/guide.safetensors", "shipped"},
          {"judge", "clip", home / "guidance/weights/judge.safetensors", "shipped"},
          {"vqgan", "vqgan", home / "generator/weights/vqgan.safetensors", "shipped"},
          {"prior", "prior", home / "generator/weights/prior.safetensors", "shipped"}};
}

fs::path store_file() { return data_folder() / "models.yaml"; }

// {name: {kind: ..., path: ...}}
YAML::Node read_store() {
  const fs::path file = store_file();
  if (!fs::exists(file)) return YAML::Node(YAML::NodeType::Map);
  try {
    YAML::Node store = YAML::Load(read_whole_file(file, kMaxStore));
    require(store.IsMap() || store.IsNull(), ExitCode::bad_data,
            "{}: expected names with a kind and a path each", file.string());
    return store.IsNull() ? YAML::Node(YAML::NodeType::Map) : store;
  } catch (const YAML::Exception& error) {
    fail(ExitCode::bad_data, "{}: is not YAML: {}", file.string(), printable(error.what()));
  }
}

std::vector<KnownModel> added_models() {
  std::vector<KnownModel> models;
  const fs::path file = store_file();
  try {
    for (const auto& entry : read_store()) {
      models.push_back({entry.first.as<std::string>(), entry.second["kind"].as<std::string>(),
                        entry.second["path"].as<std::string>(), "added"});
    }
  } catch (const YAML::Exception& error) {
    fail(ExitCode::bad_data, "{}: a model has no kind or path: {}", file.string(),
         printable(error.what()));
  }
  return models;
}

}  // namespace

std::vector<KnownModel> known_models() {
  std::vector<KnownModel> models = shipped_models();
  for (KnownModel& model : added_models()) models.push_back(std::move(model));
  for (const Public& published : kPublic) {
    const bool is_added = std::any_of(models.begin(), models.end(),
                                      [&](const auto& m) { return m.name == published.name; });
    if (!is_added) models.push_back({published.name, published.kind, {}, published.file});
  }
  return models;
}

fs::path shipped_model(const std::string& name) {
  for (const KnownModel& shipped : shipped_models()) {
    if (shipped.name == name) return shipped.path;
  }
  return {};
}

fs::path find_model(const std::string& model, const std::string& kind) {
  std::error_code ignored;
  if (fs::exists(model, ignored)) return model;
  std::vector<std::string> names;
  for (const KnownModel& known : known_models()) {
    // A transformer's file holds the VQGAN of its codes.
    const bool has_it = known.kind == kind || (kind == "vqgan" && known.kind == "transformer");
    if (!has_it) continue;
    names.push_back(known.name);
    if (known.name != model) continue;
    require(!known.path.empty(), ExitCode::missing_input,
            "{}: is not on this machine; get {} and keep it with 'pincel models add {} FILE'",
            model, known.origin, model);
    require(fs::exists(known.path, ignored), ExitCode::missing_input,
            "{}: its file {} is gone; add it again with 'pincel models add {} FILE'", model,
            known.path.string(), model);
    return known.path;
  }
  const std::string near = nearest_name(model, names);
  fail(ExitCode::missing_input,
       "{}: no such file, folder or {} model{}; 'pincel models list' has them", model, kind,
       near.empty() ? "" : ", did you mean '" + near + "'?");
}

void add_model(const std::string& name, const std::string& kind, const fs::path& path) {
  const bool is_plain =
      !name.empty() && name.size() <= 64 &&
      std::all_of(name.begin(), name.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '.' || letter == '_';
      });
  require(is_plain, ExitCode::bad_value,
          "{}: expected a name of up to 64 letters, digits, dots and dashes", printable(name));
  for (const KnownModel& shipped : shipped_models()) {
    require(shipped.name != name, ExitCode::bad_value, "{}: is the name of a shipped model", name);
  }
  YAML::Node store = read_store();
  store[name]["kind"] = kind;
  store[name]["path"] = fs::absolute(path).string();
  fs::create_directories(data_folder());
  write_file_atomically(store_file(), YAML::Dump(store) + "\n");
}

}  // namespace pincel
