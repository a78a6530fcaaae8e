// SPDX-License-Identifier: MIT
#include "generator/transformer_config.h"

#include <torch/torch.h>

#include "tests/reference/transformer_fixture.h"

namespace pincel::transformer_config_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// What a published transformer of that size has, by shapes alone.
Checkpoint published(std::int64_t vocabulary, std::int64_t block, std::int64_t layers,
                     std::int64_t width) {
  Checkpoint checkpoint;
  checkpoint.source = "published.ckpt";
  const auto put = [&](const std::string& name, std::vector<std::int64_t> shape) {
    checkpoint.tensors[name] = torch::empty(shape, at::kMeta);
  };
  put("transformer.tok_emb.weight", {vocabulary, width});
  put("transformer.pos_emb", {1, block, width});
  for (std::int64_t i = 0; i < layers; ++i) {
    put(fmt::format("transformer.blocks.{}.ln1.weight", i), {width});
  }
  const std::string stage = "first_stage_model.";
  put(stage + "quantize.embedding.weight", {vocabulary, 256});
  put(stage + "encoder.conv_in.weight", {128, 3, 3, 3});
  put(stage + "encoder.conv_out.weight", {256, 512, 3, 3});
  put(stage + "decoder.conv_in.weight", {512, 256, 3, 3});
  put(stage + "decoder.conv_out.weight", {3, 128, 3, 3});
  const std::int64_t widths[] = {128, 128, 256, 256, 512};
  for (int level = 0; level < 5; ++level) {
    put(fmt::format("{}encoder.down.{}.block.0.conv1.weight", stage, level),
        {widths[level], 128, 3, 3});
  }
  return checkpoint;
}

TEST_CASE("published transformers are known by their size where no YAML lies there") {
  const auto faces = transformer_config_of(published(1024, 512, 24, 1024));
  CHECK(faces.condition == ConditionKind::place);
  CHECK(faces.gpt.n_head == 16);
  CHECK(faces.window() == 16);
  const auto imagenet = transformer_config_of(published(16384, 256, 48, 1536));
  CHECK(imagenet.condition == ConditionKind::label);
  CHECK(imagenet.gpt.n_head == 24);
  CHECK(imagenet.classes == 1000);
  CHECK(imagenet.window() == 16);
  CHECK(transformer_config_of(published(1024, 256, 24, 1664)).condition == ConditionKind::nothing);
  const auto message =
      refusal(ExitCode::bad_data, [] { transformer_config_of(published(1024, 256, 12, 768)); });
  CHECK(has(message, "put the model's YAML beside it"));
}

// The refusal of the depth transformer where `from` stands for `to` in its YAML.
std::string refused_yaml(const std::string& from, const std::string& to) {
  const auto fixture = reference::read_transformer_fixture("transformer_depth");
  const TemporaryFolder folder;
  const auto file = reference::write_transformer(fixture, folder);
  std::string yaml = fixture.expectation.metadata.at("yaml");
  const auto at = yaml.find(from);
  REQUIRE(at != std::string::npos);
  folder.file("model.yaml", yaml.replace(at, from.size(), to));
  return refusal(ExitCode::bad_data, [&] { transformer_config_of(open_checkpoint(file)); });
}

TEST_CASE("a YAML that does not fit the weights, or cannot be computed, is refused") {
  CHECK(has(refused_yaml("\"n_embd\": 32", "\"n_embd\": 64"),
            "its n_embd is 64, but that of the weights is 32"));
  CHECK(has(refused_yaml("\"n_head\": 2", "\"n_head\": 5"), "no multiple of its 5 heads"));
  CHECK(has(refused_yaml("\"n_unmasked\": 16", "\"n_unmasked\": 17"),
            "n_unmasked is 17, expected 0 to 16"));
  CHECK(has(refused_yaml("mingpt.GPT", "mingpt.CodeGPT"), "its transformer is 'CodeGPT'"));
  CHECK(has(refused_yaml("transformer_config", "transformers"),
            "has no model.params.transformer_config"));
  CHECK(
      has(refused_yaml("\"n_layer\": 2", "\"n_layer\": \"two\""), "'n_layer' is no whole number"));
  CHECK(has(refused_yaml("{\"model\"", "<!DOCTYPE html>{\"model\""), "is a web page"));
  CHECK(has(refused_yaml("\"model\": {", "\"model\": &a {\"b\": [*c], "), "is not YAML"));
  CHECK(has(refused_yaml("\"cond_stage_config\": {\"target\": \"taming.models.vqgan.VQModel\"",
                         "\"cond_stage_config\": {\"target\": \"x.DummyCondStage\""),
            "its condition is made by 'DummyCondStage'"));
}

TEST_CASE("the YAML is found by its name, alone in the folder, or in Lightning's") {
  const TemporaryFolder folder;
  const std::string text = "model: {params: {transformer_config: {}}}";
  folder.file("other.yaml", "model: {params: {ddconfig: {}}}");
  CHECK(config_beside(folder / "last.ckpt").empty());
  std::filesystem::create_directories(folder / "configs");
  std::filesystem::create_directories(folder / "checkpoints");
  folder.file("configs/2021-project.yaml", text);
  folder.file("configs/2021-lightning.yaml", text);
  CHECK(config_beside(folder / "checkpoints/last.ckpt").filename() == "2021-project.yaml");
  folder.file("one.yaml", text);
  CHECK(config_beside(folder / "last.ckpt").filename() == "one.yaml");
  folder.file("two.yaml", text);
  const auto message =
      refusal(ExitCode::missing_input, [&] { config_beside(folder / "last.ckpt"); });
  CHECK(has(message, "may both describe it"));
  folder.file("last.yaml", text);
  CHECK(config_beside(folder / "last.ckpt").filename() == "last.yaml");
}

}  // namespace
}  // namespace pincel::transformer_config_test
