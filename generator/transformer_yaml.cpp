// SPDX-License-Identifier: MIT
#include "generator/transformer_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/atomic_file.h"
#include "core/content.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTransformerYaml = std::size_t{1} << 20U;
constexpr std::array kEncoders = {"VQModel", "VQSegmentationModel", "VQNoDiscModel", "GumbelVQ"};

YAML::Node load(const fs::path& path) {
  const std::string text = read_whole_file(path, kMaxTransformerYaml);
  const std::string name = content_name(text.substr(0, 4096));
  require(name.empty(), ExitCode::bad_data, "{}: is {}, expected the YAML of a transformer",
          path.string(), name);
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    fail(ExitCode::bad_data, "{}: is not YAML: {}", path.string(), printable(error.what()));
  }
}

// The part of a tree at "a.b.c"; null where there is none. Nodes are never copied deeply: one that
// refers to itself has no end.
YAML::Node part_of(const YAML::Node& tree, std::initializer_list<const char*> names) {
  YAML::Node part;
  part.reset(tree);
  for (const char* name : names) {
    if (!part.IsMap()) return YAML::Node();
    const YAML::Node& map = part;
    const YAML::Node next = map[name];
    if (!next.IsDefined()) return YAML::Node();
    part.reset(next);
  }
  return part;
}

// The params of a model's YAML, read strictly where they are read at all.
class Params {
 public:
  Params(const fs::path& path, YAML::Node params)
      : source_(path.string()), params_(std::move(params)) {}

  std::optional<std::int64_t> number(std::initializer_list<const char*> names) const {
    const YAML::Node found = part_of(params_, names);
    if (found.IsNull()) return std::nullopt;
    try {
      return found.as<std::int64_t>();
    } catch (const YAML::Exception&) {
      fail(ExitCode::bad_data, "{}: '{}' is no whole number", source_, *(names.end() - 1));
    }
  }

  std::string text(std::initializer_list<const char*> names) const {
    const YAML::Node found = part_of(params_, names);
    return found.IsScalar() ? found.Scalar() : "";
  }

  // "taming.modules.mingpt.GPT" -> "GPT"
  std::string class_of(const char* group) const {
    const std::string target = text({group, "target"});
    return target.substr(target.rfind('.') + 1);
  }

  const std::string& source() const { return source_; }

 private:
  std::string source_;
  YAML::Node params_;
};

void read_gpt(const Params& params, GptConfig& gpt) {
  const std::string name = params.class_of("transformer_config");
  require(name == "GPT", ExitCode::bad_data, "{}: its transformer is '{}', expected taming's GPT",
          params.source(), printable(name));
  const auto of = [&](const char* key) {
    return params.number({"transformer_config", "params", key});
  };
  const auto expect = [&](const char* key, std::int64_t here) {
    const auto there = of(key);
    require(!there || *there == here, ExitCode::bad_data,
            "{}: its {} is {}, but that of the weights is {}; is this another model's?",
            params.source(), key, there.value_or(0), here);
  };
  expect("vocab_size", gpt.vocab_size);
  expect("block_size", gpt.block_size);
  expect("n_layer", of("n_layer") ? gpt.n_layer : 12);
  expect("n_embd", of("n_embd") ? gpt.n_embd : 256);
  gpt.n_head = of("n_head").value_or(8);
  gpt.n_unmasked = of("n_unmasked").value_or(0);
}

void read_condition(const Params& params, TransformerConfig& config) {
  const auto of = [&](const char* key) {
    return params.number({"cond_stage_config", "params", key});
  };
  const std::string whole = params.text({"cond_stage_config"});
  const std::string name = params.class_of("cond_stage_config");
  const std::string unconditional = params.text({"unconditional"});
  config.sos_token = params.number({"sos_token"}).value_or(0);
  if (whole == "__is_unconditional__" || unconditional == "true" || unconditional == "True") {
    config.condition = ConditionKind::nothing;
  } else if (whole == "__is_first_stage__" ||
             std::find(kEncoders.begin(), kEncoders.end(), name) != kEncoders.end()) {
    config.condition = ConditionKind::picture;
  } else if (name == "SOSProvider") {
    config.condition = ConditionKind::nothing;
    config.sos_token = of("sos_token").value_or(config.sos_token);
  } else if (name == "Labelator" || name == "ClassProvider") {
    config.condition = ConditionKind::label;
    config.classes = of("n_classes").value_or(config.gpt.vocab_size);
  } else if (name == "CoordStage") {
    config.condition = ConditionKind::place;
    config.place_codes = of("n_embed").value_or(config.gpt.vocab_size);
    config.place_factor = of("down_factor").value_or(config.place_factor);
  } else {
    fail(ExitCode::bad_data,
         "{}: its condition is made by '{}'; expected none, Labelator, CoordStage or a VQGAN",
         params.source(), printable(name.empty() ? whole : name));
  }
  const auto smaller = params.number({"downsample_cond_size"}).value_or(-1);
  require(smaller <= 0, ExitCode::bad_data,
          "{}: its conditions are shrunk to {} pixels first, which is not supported",
          params.source(), smaller);
}

// So that the YAML of another model in the same folder is left aside.
bool speaks_of_transformer(const fs::path& yaml) {
  const InputFile file(yaml);
  return file.head(kMaxTransformerYaml).find("transformer_config") != std::string::npos;
}

}  // namespace

void read_transformer_yaml(const fs::path& yaml, TransformerConfig& config) {
  const YAML::Node tree = load(yaml);
  const Params params(yaml, part_of(tree, {"model", "params"}));
  require(!params.text({"transformer_config", "target"}).empty(), ExitCode::bad_data,
          "{}: has no model.params.transformer_config; expected the YAML of a transformer",
          yaml.string());
  read_gpt(params, config.gpt);
  read_condition(params, config);
}

fs::path config_beside(const fs::path& checkpoint) {
  std::error_code ignored;
  fs::path own = checkpoint;
  own.replace_extension(".yaml");
  if (fs::is_regular_file(own, ignored)) return own;
  const fs::path folder = checkpoint.has_parent_path() ? checkpoint.parent_path() : ".";
  fs::path only;
  const auto look_in = [&](const fs::path& place, const std::string& ending) {
    for (const auto& entry : fs::directory_iterator(place, ignored)) {
      if (!entry.path().string().ends_with(ending) || !speaks_of_transformer(entry.path()))
        continue;
      require(only.empty(), ExitCode::missing_input,
              "{}: {} and {} may both describe it; name the right one {}", checkpoint.string(),
              only.filename().string(), entry.path().filename().string(), own.filename().string());
      only = entry.path();
    }
  };
  look_in(folder, ".yaml");
  if (only.empty()) look_in(folder / ".." / "configs", "-project.yaml");
  return only;
}

}  // namespace pincel
