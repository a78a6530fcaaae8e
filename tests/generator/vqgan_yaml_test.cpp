// SPDX-License-Identifier: MIT
#include "generator/vqgan_yaml.h"

#include <torch/torch.h>

#include "generator/vqgan.h"
#include "generator/vqgan_modules.h"
#include "generator/vqgan_names.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::vqgan_yaml_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

VqganConfig attentive_config() {
  VqganConfig c = tiny_vqgan_config();
  c.resolution = 64;
  c.attn_resolutions = {32};  // at level 1 of 2
  return c;
}

// A model as taming saves it, without a config of its own.
void write_model(const TemporaryFolder& folder, const std::string& name) {
  VqganModelImpl model(attentive_config());
  model.initialise(make_generator(1, "yaml"));
  write_checkpoint(folder / name, collect_module(model));
}

std::string yaml_of(const std::string& shape, const std::string& codes = "n_embed: 24") {
  return "model:\n  target: taming.models.vqgan.VQModel\n  params:\n    " + codes +
         "\n    embed_dim: 4\n    ddconfig: {" + shape + "}\n";
}

const std::string kShape =
    "double_z: false, z_channels: 4, resolution: 64, in_channels: 3, out_ch: 3, ch: 32, ch_mult: "
    "[1, 1], num_res_blocks: 1, attn_resolutions: [32], dropout: 0.0";

std::string with(const std::string& from, const std::string& to) {
  std::string shape = kShape;
  return shape.replace(shape.find(from), from.size(), to);
}

TEST_CASE("a VQGAN takes the resolution of the YAML beside it") {
  const TemporaryFolder folder;
  write_model(folder, "last.ckpt");
  CHECK(checked_vqgan_config(public_vqgan(folder / "last.ckpt")).resolution == 256);
  for (const char* name : {"config.yaml", "model.yaml", "last.yaml"}) {
    folder.file(name, yaml_of(kShape));
    const auto config = checked_vqgan_config(public_vqgan(folder / "last.ckpt"));
    CHECK(config.resolution == 64);
    CHECK(config.attn_resolutions == std::vector<std::int64_t>{32});
    std::filesystem::remove(folder / name);
  }
  folder.file(
      "model.yaml",
      "model:\n  params:\n    n_embed: 999\n    first_stage_config:\n      params: {n_embed: "
      "24, embed_dim: 4, ddconfig: {" +
          kShape + "}}\n");
  CHECK(checked_vqgan_config(public_vqgan(folder / "last.ckpt")).resolution == 64);
}

TEST_CASE("a VQGAN and a YAML that disagree are refused with both values") {
  const TemporaryFolder folder;
  write_model(folder, "last.ckpt");
  const auto refused = [&](const std::string& yaml) {
    folder.file("model.yaml", yaml);
    return refusal(ExitCode::bad_data,
                   [&] { Vqgan::load(folder / "last.ckpt", at::Device(at::kCPU)); });
  };
  CHECK(has(refused(yaml_of(with("[1, 1]", "[1, 1, 2]"))),
            "its ch_mult is [1, 1, 2], but in the tensors of last.ckpt it is [1, 1]"));
  CHECK(has(refused(yaml_of(with("z_channels: 4", "z_channels: 8"))), "z_channels is 8"));
  CHECK(has(refused(yaml_of(with("double_z: false", "double_z: true"))), "double_z is true"));
  CHECK(has(refused(yaml_of(with("[32]", "[64]"))), "attention at the levels [0]"));
  CHECK(has(refused(yaml_of(with("resolution: 64", "resolution: 128"))), "it at [1]"));
  CHECK(has(refused(yaml_of(kShape, "n_embed: 1024")), "n_embed is 1024"));
  CHECK(has(refused(yaml_of(with("[1, 1]", "many"))), "its ch_mult is not of the type"));
  CHECK(has(refused("model: {params: {ddconfig: {"), "is not YAML"));
  CHECK(has(refused("<!DOCTYPE html><html>ddconfig</html>"), "web page"));
}

TEST_CASE("a YAML of something else beside a VQGAN is left aside") {
  const TemporaryFolder folder;
  write_model(folder, "last.ckpt");
  folder.file("config.yaml", "prompts: a red apple\nsteps: 90\n");
  folder.file("model.yaml", "ddconfig: [1, 2]\n");
  CHECK(checked_vqgan_config(public_vqgan(folder / "last.ckpt")).resolution == 256);
}

}  // namespace
}  // namespace pincel::vqgan_yaml_test
