// SPDX-License-Identifier: MIT
#include "generator/vqgan_yaml.h"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/content.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::int64_t>;

constexpr std::size_t kMaxYaml = std::size_t{1} << 20U;
constexpr std::size_t kHead = 4096;

// A part of a map, never copied deeply; null where there is none.
YAML::Node part_of(const YAML::Node& map, const char* name) {
  if (!map.IsMap()) return {};
  const YAML::Node part = map[name];
  return part.IsDefined() ? part : YAML::Node();
}

// The text of the first YAML that is about this file, and its path; an empty path where none is.
std::pair<fs::path, std::string> yaml_beside(const fs::path& file) {
  std::error_code ignored;
  fs::path own = file;
  own.replace_extension(".yaml");
  for (const fs::path& path :
       {own, file.parent_path() / "model.yaml", file.parent_path() / "config.yaml"}) {
    if (!fs::is_regular_file(path, ignored)) continue;
    std::string text = read_whole_file(path, kMaxYaml);
    const std::string name = content_name(std::string_view(text).substr(0, kHead));
    require(name.empty(), ExitCode::bad_data, "{}: is {}, expected the YAML of {}", path.string(),
            name, file.filename().string());
    if (text.find("ddconfig") != std::string::npos) return {path, std::move(text)};
  }
  return {};
}

// What one YAML says, against what the tensors are.
class Comparison {
 public:
  Comparison(const fs::path& yaml, const std::string& text, const std::string& weights)
      : yaml_(yaml.string()), weights_(fs::path(weights).filename().string()) {
    try {
      params_ = part_of(part_of(YAML::Load(text), "model"), "params");
      // Inside a transformer the VQGAN is its first stage.
      const YAML::Node first = part_of(part_of(params_, "first_stage_config"), "params");
      if (first.IsMap()) params_.reset(first);
      shape_ = part_of(params_, "ddconfig");
    } catch (const YAML::Exception& error) {
      fail(ExitCode::bad_data, "{}: is not YAML: {}", yaml_, printable(error.what()));
    }
  }

  bool is_about_vqgan() const { return shape_.IsMap(); }

  template <class T>
  std::optional<T> get(const YAML::Node& map, const char* key) const {
    const YAML::Node found = part_of(map, key);
    if (found.IsNull()) return std::nullopt;
    try {
      return found.as<T>();
    } catch (const YAML::Exception&) {
      fail(ExitCode::bad_data, "{}: its {} is not of the type that taming reads", yaml_, key);
    }
  }

  template <class T>
  void expect(const YAML::Node& map, const char* key, const T& here) const {
    const auto there = get<T>(map, key);
    require(!there || *there == here, ExitCode::bad_data,
            "{}: its {} is {}, but in the tensors of {} it is {}; is it the YAML of another model?",
            yaml_, key, shown(there.value_or(here)), weights_, shown(here));
  }

  const YAML::Node& params() const { return params_; }
  const YAML::Node& shape() const { return shape_; }
  const std::string& yaml() const { return yaml_; }
  const std::string& weights() const { return weights_; }

 private:
  static std::string shown(std::int64_t number) { return std::to_string(number); }
  static std::string shown(bool is) { return is ? "true" : "false"; }
  static std::string shown(const Numbers& numbers) {
    return fmt::format("[{}]", fmt::join(numbers, ", "));
  }

  std::string yaml_, weights_;
  YAML::Node params_, shape_;
};

Numbers levels_with_attention(const VqganConfig& config) {
  Numbers levels;
  for (std::int64_t i = 0; i < config.levels(); ++i) {
    if (config.has_attention(i)) levels.push_back(i);
  }
  return levels;
}

// The YAML names sides of the picture on its way, the tensors levels.
void compare_attention(const Comparison& yaml, VqganConfig& config) {
  VqganConfig told = config;
  const auto sides = yaml.get<Numbers>(yaml.shape(), "attn_resolutions");
  told.resolution = yaml.get<std::int64_t>(yaml.shape(), "resolution").value_or(config.resolution);
  require(told.resolution >= 1 && told.resolution <= 1 << 16, ExitCode::bad_data,
          "{}: its resolution is {}, expected 1 to 65536", yaml.yaml(), told.resolution);
  if (!sides) return;
  told.attn_resolutions = *sides;
  const Numbers there = levels_with_attention(told), here = levels_with_attention(config);
  require(there == here, ExitCode::bad_data,
          "{}: its attn_resolutions [{}] at a resolution of {} put attention at the levels [{}], "
          "but the tensors of {} have it at [{}]; is it the YAML of another model?",
          yaml.yaml(), fmt::join(*sides, ", "), told.resolution, fmt::join(there, ", "),
          yaml.weights(), fmt::join(here, ", "));
  config = told;
}

}  // namespace

VqganConfig checked_vqgan_config(const Checkpoint& vqgan) {
  VqganConfig config = vqgan_config_of(vqgan);
  std::error_code ignored;
  const bool is_own = vqgan.metadata.contains("pincel.config") || config.quantizer == "one-hot";
  if (is_own || !fs::is_regular_file(vqgan.source, ignored)) return config;
  const auto [path, text] = yaml_beside(vqgan.source);
  if (path.empty()) return config;
  const Comparison yaml(path, text, vqgan.source);
  if (!yaml.is_about_vqgan()) return config;
  yaml.expect(yaml.params(), "n_embed", config.n_embed);
  yaml.expect(yaml.params(), "embed_dim", config.embed_dim);
  yaml.expect(yaml.shape(), "ch", config.ch);
  yaml.expect(yaml.shape(), "ch_mult", config.ch_mult);
  yaml.expect(yaml.shape(), "num_res_blocks", config.num_res_blocks);
  yaml.expect(yaml.shape(), "z_channels", config.z_channels);
  yaml.expect(yaml.shape(), "double_z", false);
  compare_attention(yaml, config);
  check(config, path.string());
  return config;
}

}  // namespace pincel
