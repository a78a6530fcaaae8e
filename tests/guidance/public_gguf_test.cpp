// SPDX-License-Identifier: MIT
// CLIPs as clip.cpp converts them (reference/make_public_gguf.py) give what transformers gives with
// the weights that the gguf package reads from the same files.
#include <torch/torch.h>

#include "guidance/clip.h"
#include "guidance/clip_names.h"
#include "tests/catch.h"
#include "tests/reference/fixture.h"
#include "tests/reference/public_models.h"
#include "tests/temporary_folder.h"

namespace pincel::public_gguf_test {
namespace {

namespace fs = std::filesystem;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const fs::path kFolder = reference::kPublic / "clip_cpp";
const at::Device kCpu(at::kCPU);

TEST_CASE("a CLIP in GGUF computes what transformers does with its weights", "[reference]") {
  const auto expected = open_checkpoint(kFolder / "expected.safetensors").tensors;
  const std::string kind = GENERATE("f32", "f16", "q8_0", "q5_0", "q5_1", "q4_0", "q4_1");
  INFO(kind);
  const Clip clip = Clip::load(
      kFolder / ((kind == "q4_1" ? "ggml-vision-model-" : "ggml-model-") + kind + ".gguf"), kCpu);
  const auto input = expected.at("image").clone().requires_grad_(true);  // normalised
  const auto embedding = clip.views(input);
  CHECK((embedding - expected.at(kind + ".image_embedding")).abs().max().item<double>() < 1e-4);
  const auto probe = reference::signal("clip_cpp/probe", embedding.sizes().vec()) /
                     std::sqrt(static_cast<double>(embedding.size(-1)));
  const auto gradient = torch::autograd::grad({(embedding * probe).sum()}, {input})[0];
  const auto& wanted = expected.at(kind + ".image_gradient");
  CHECK((gradient - wanted).abs().max().item<double>() < 1e-4 * wanted.abs().max().item<double>());
  // The vocabulary is the file's own: no other lies there.
  const auto words = clip.text("the red cat");
  CHECK((words - expected.at(kind + ".text_embedding")).abs().max().item<double>() < 1e-4);
  CHECK(clip.scale() == Approx(100));
}

TEST_CASE("a CLIP in GGUF says by its metadata what its tensors do not tell") {
  const PublicClip clip = open_public_clip(kFolder / "ggml-text-model-q4_1.gguf");
  CHECK(clip.family == "clip.cpp");
  CHECK(clip.config.text_heads == 4);
  CHECK(clip.config.head_width == 16);
  CHECK(clip.config.activation == Activation::gelu);
  CHECK(clip.config.mean == std::array<double, 3>{0.5, 0.25, 0.375});
  CHECK(clip.config.std == std::array<double, 3>{0.25, 0.5, 0.125});
}

TEST_CASE("half a CLIP in GGUF names what is missing") {
  const TemporaryFolder folder;
  fs::copy(kFolder / "ggml-text-model-q4_1.gguf", folder / "ggml-text-model-q4_1.gguf");
  const auto refused = [&] {
    return refusal(ExitCode::missing_input,
                   [&] { open_public_clip(folder / "ggml-text-model-q4_1.gguf"); });
  };
  CHECK(has(refused(), "only the text tower"));
  CHECK(has(refused(), "put ggml-vision-model-q4_1.gguf beside it"));
  fs::copy(kFolder / "ggml-text-model-q4_1.gguf", folder / "ggml-vision-model-q4_1.gguf");
  CHECK(has(
      refusal(ExitCode::bad_data, [&] { open_public_clip(folder / "ggml-text-model-q4_1.gguf"); }),
      "does not hold the vision tower"));
}

}  // namespace
}  // namespace pincel::public_gguf_test
