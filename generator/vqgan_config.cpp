// SPDX-License-Identifier: MIT
#include "generator/vqgan_config.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/nearest_name.h"

namespace pincel {
namespace {

using Json = nlohmann::json;

// Strict reading of one JSON object: every key must be known, of its type, and (mostly) present.
class Fields {
 public:
  Fields(const Json& object, std::string source) : object_(object), source_(std::move(source)) {
    require(object.is_object(), ExitCode::bad_data, "{}: expected a JSON object, found {}", source_,
            object.type_name());
  }

  template <class T>
  T get(const char* key) {
    require(object_.contains(key), ExitCode::bad_data, "{}: '{}' is missing", source_, key);
    known_.insert(key);
    try {
      return object_.at(key).get<T>();
    } catch (const Json::exception&) {
      fail(ExitCode::bad_data, "{}: '{}' is {}, which is not of the expected type", source_, key,
           object_.at(key).dump());
    }
  }

  template <class T>
  T get(const char* key, T otherwise) {
    known_.insert(key);
    return object_.contains(key) ? get<T>(key) : otherwise;
  }

  const Json& object(const char* key) {
    require(object_.contains(key), ExitCode::bad_data, "{}: '{}' is missing", source_, key);
    known_.insert(key);
    return object_.at(key);
  }

  void expect_all_known() const {
    for (const auto& [key, value] : object_.items()) {
      if (known_.count(key) > 0) continue;
      const std::string near =
          nearest_name(key, std::vector<std::string>(known_.begin(), known_.end()));
      fail(ExitCode::bad_data, "{}: unknown key '{}'{}", source_, key,
           near.empty() ? "" : ", did you mean '" + near + "'?");
    }
  }

 private:
  const Json& object_;
  std::string source_;
  std::set<std::string> known_;
};

// The shape of a tensor that must be there.
std::vector<std::int64_t> shape_of(const Checkpoint& checkpoint, const std::string& name,
                                   std::size_t rank) {
  const auto found = checkpoint.tensors.find(name);
  require(found != checkpoint.tensors.end(), ExitCode::bad_data,
          "{}: tensor '{}' is missing; expected a VQGAN", checkpoint.source, name);
  const auto shape = found->second.sizes().vec();
  require(shape.size() == rank, ExitCode::bad_data,
          "{}: tensor '{}' has {} dimensions, expected {}", checkpoint.source, name, shape.size(),
          rank);
  return shape;
}

// DALL-E's autoencoder, by its decoder.
VqganConfig dvae_config(const Checkpoint& checkpoint) {
  const auto has = [&](const std::string& name) { return checkpoint.tensors.count(name) > 0; };
  VqganConfig config;
  config.quantizer = "one-hot";
  config.mid_attention = false;
  config.attn_resolutions.clear();
  const auto input = shape_of(checkpoint, "decoder.blocks.input.w", 4);
  config.z_channels = input[0];
  config.n_embed = config.embed_dim = input[1];
  const auto output = shape_of(checkpoint, "decoder.blocks.output.conv.w", 4);
  config.out_ch = output[0] / 2;
  config.ch = output[1];
  config.ch_mult.clear();
  const auto block = [](std::size_t group, std::int64_t index) {
    return fmt::format("decoder.blocks.group_{}.block_{}.res_path.conv_4.w", group, index);
  };
  while (has(block(config.ch_mult.size() + 1, 1))) {
    const auto width = shape_of(checkpoint, block(config.ch_mult.size() + 1, 1), 4)[0];
    config.ch_mult.push_back(width / std::max<std::int64_t>(1, config.ch));
  }
  std::reverse(config.ch_mult.begin(), config.ch_mult.end());
  config.num_res_blocks = 0;
  while (has(block(1, config.num_res_blocks + 1))) ++config.num_res_blocks;
  config.has_encoder = has("encoder.blocks.input.w");
  return config;
}

VqganConfig config_from_tensors(const Checkpoint& checkpoint) {
  const auto has = [&](const std::string& name) { return checkpoint.tensors.count(name) > 0; };
  if (has("decoder.blocks.input.w")) return dvae_config(checkpoint);
  VqganConfig config;
  config.quantizer = has("quantize.embed.weight") ? "gumbel" : "vq";
  const auto codebook =
      shape_of(checkpoint,
               config.quantizer == "vq" ? "quantize.embedding.weight" : "quantize.embed.weight", 2);
  config.n_embed = codebook[0];
  config.embed_dim = codebook[1];
  const auto first = shape_of(checkpoint, "encoder.conv_in.weight", 4);
  config.ch = first[0];
  config.in_channels = first[1];
  config.z_channels = shape_of(checkpoint, "decoder.conv_in.weight", 4)[1];
  config.out_ch = shape_of(checkpoint, "decoder.conv_out.weight", 4)[0];
  require(shape_of(checkpoint, "encoder.conv_out.weight", 4)[0] == config.z_channels,
          ExitCode::bad_data,
          "{}: its encoder has double_z, which belongs to a model without codes",
          checkpoint.source);
  config.ch_mult.clear();
  config.attn_resolutions.clear();
  for (int level = 0;; ++level) {
    const std::string name = fmt::format("encoder.down.{}.block.0.conv1.weight", level);
    if (!has(name)) break;
    config.ch_mult.push_back(shape_of(checkpoint, name, 4)[0] /
                             std::max<std::int64_t>(1, config.ch));
    if (has(fmt::format("encoder.down.{}.attn.0.q.weight", level))) {
      config.attn_resolutions.push_back(config.resolution >> level);
    }
  }
  config.mid_attention = has("encoder.mid.attn_1.q.weight");
  config.wavelet = checkpoint.metadata.contains("pincel.wavelet");
  config.num_res_blocks = 0;
  while (has(fmt::format("encoder.down.0.block.{}.conv1.weight", config.num_res_blocks))) {
    ++config.num_res_blocks;
  }
  return config;
}

}  // namespace

bool VqganConfig::has_attention(std::int64_t level) const {
  const auto side = resolution >> level;
  return std::find(attn_resolutions.begin(), attn_resolutions.end(), side) !=
         attn_resolutions.end();
}

void check(const VqganConfig& config, const std::string& source) {
  const auto between = [&](const char* name, std::int64_t value, std::int64_t low,
                           std::int64_t high) {
    require(value >= low && value <= high, ExitCode::config, "{}: {} is {}, expected {} to {}",
            source, name, value, low, high);
  };
  const bool is_one_hot = config.quantizer == "one-hot";
  require(is_one_hot || config.quantizer == "vq" || config.quantizer == "gumbel", ExitCode::config,
          "{}: quantizer is '{}', expected vq, gumbel or one-hot", source, config.quantizer);
  between("n_embed", config.n_embed, 1, 1 << 20);
  between("embed_dim", config.embed_dim, 1, 1 << 16);
  between("z_channels", config.z_channels, 1, 1 << 16);
  const std::int64_t unit = is_one_hot ? 4 : 32;
  between("ch", config.ch, unit, 4096);
  require(config.ch % unit == 0, ExitCode::config, "{}: ch is {}, expected a multiple of {} ({})",
          source, config.ch, unit,
          is_one_hot ? "a block has a quarter inside" : "the norms have 32 groups");
  between("the number of levels in ch_mult", config.levels(), 1, 8);
  for (const auto mult : config.ch_mult) between("ch_mult", mult, 1, 64);
  between("num_res_blocks", config.num_res_blocks, 1, 64);
  between("resolution", config.resolution, std::int64_t{1} << (config.levels() - 1), 1 << 16);
  between("in_channels", config.in_channels, 1, 1024);
  between("out_ch", config.out_ch, 1, 1024);
  require(!config.wavelet || (config.out_ch == 12 && !is_one_hot), ExitCode::config,
          "{}: out_ch is {}, expected the 12 bands of a wavelet", source, config.out_ch);
  require(!is_one_hot || config.embed_dim == config.n_embed, ExitCode::config,
          "{}: embed_dim is {} and n_embed {}; one-hot codes need them equal", source,
          config.embed_dim, config.n_embed);
  require(config.quantizer != "gumbel" || config.z_channels == config.embed_dim, ExitCode::config,
          "{}: z_channels is {} and embed_dim {}; a gumbel quantizer needs them equal", source,
          config.z_channels, config.embed_dim);
}

std::string to_json(const VqganConfig& config) {
  nlohmann::ordered_json tree = {{"kind", "vqgan"},
                                 {"quantizer", config.quantizer},
                                 {"n_embed", config.n_embed},
                                 {"embed_dim", config.embed_dim},
                                 {"ddconfig",
                                  {{"ch", config.ch},
                                   {"ch_mult", config.ch_mult},
                                   {"num_res_blocks", config.num_res_blocks},
                                   {"attn_resolutions", config.attn_resolutions},
                                   {"resolution", config.resolution},
                                   {"z_channels", config.z_channels},
                                   {"in_channels", config.in_channels},
                                   {"out_ch", config.out_ch},
                                   {"double_z", false},
                                   {"dropout", 0.0}}}};
  if (!config.mid_attention) tree["ddconfig"]["attn_type"] = "none";
  if (config.wavelet) tree["ddconfig"]["wavelet"] = true;
  if (!config.has_encoder) tree["ddconfig"]["encoder"] = false;
  return tree.dump();
}

VqganConfig vqgan_config_from_json(const std::string& json, const std::string& source) {
  const Json tree = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  require(!tree.is_discarded(), ExitCode::bad_data, "{}: the config is not JSON", source);
  Fields top(tree, source);
  const auto kind = top.get<std::string>("kind");
  require(kind == "vqgan", ExitCode::bad_data, "{}: this is a '{}', expected a vqgan", source,
          kind);
  using Lengths = std::vector<std::int64_t>;
  VqganConfig config;
  config.quantizer = top.get<std::string>("quantizer", "vq");
  config.n_embed = top.get<std::int64_t>("n_embed");
  config.embed_dim = top.get<std::int64_t>("embed_dim");
  Fields shape(top.object("ddconfig"), source + ": ddconfig");
  config.ch = shape.get<std::int64_t>("ch");
  config.ch_mult = shape.get<Lengths>("ch_mult");
  config.num_res_blocks = shape.get<std::int64_t>("num_res_blocks");
  config.attn_resolutions = shape.get<Lengths>("attn_resolutions");
  config.resolution = shape.get<std::int64_t>("resolution");
  config.z_channels = shape.get<std::int64_t>("z_channels");
  config.in_channels = shape.get<std::int64_t>("in_channels", 3);
  config.out_ch = shape.get<std::int64_t>("out_ch", 3);
  require(!shape.get<bool>("double_z", false), ExitCode::bad_data,
          "{}: double_z is true, which belongs to a model without codes", source);
  shape.get<double>("dropout", 0.0);
  const auto attention = shape.get<std::string>("attn_type", "vanilla");
  require(attention == "vanilla" || attention == "none", ExitCode::bad_data,
          "{}: attn_type is '{}', expected vanilla or none", source, attention);
  config.mid_attention = attention == "vanilla";
  config.wavelet = shape.get<bool>("wavelet", false);
  config.has_encoder = shape.get<bool>("encoder", true);
  shape.expect_all_known();
  top.expect_all_known();
  check(config, source);
  return config;
}

VqganConfig vqgan_config_of(const Checkpoint& checkpoint) {
  const auto json = checkpoint.metadata.find("pincel.config");
  if (json != checkpoint.metadata.end()) {
    return vqgan_config_from_json(json->second, checkpoint.source);
  }
  const VqganConfig config = config_from_tensors(checkpoint);
  check(config, checkpoint.source);
  return config;
}

}  // namespace pincel
