// SPDX-License-Identifier: MIT
#include "generator/train_prior.h"

#include <torch/torch.h>

#include <filesystem>

#include "core/checkpoint.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::train_prior_test {
namespace {

TEST_CASE("a prior trained in two goes has the weights of one trained in one") {
  if (!std::filesystem::exists("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")) {
    SKIP("the scenes' font is not installed");
  }
  const tests::TemporaryFolder folder;
  const auto tokenizer = tiny_tokenizer();
  PriorTrainingOptions options;
  options.vqgan = (folder.path() / "vqgan.safetensors").string();
  options.clip = (folder.path() / "clip.safetensors").string();
  write_checkpoint(options.vqgan, tiny_vqgan_checkpoint());
  write_checkpoint(options.clip,
                   clip_checkpoint(*tiny_clip_model(tokenizer), tokenizer, at::kFloat));
  options.width = 32;
  options.layers = 1;
  options.heads = 2;
  options.training.batch = 4;
  options.training.precision = "float32";
  options.training.device = "cpu";
  options.training.threads = 1;
  options.training.final_rate = 1;  // the rate must not depend on where a run ends
  options.training.sample_seconds = 0;
  const auto run = [&](const char* name, std::initializer_list<std::int64_t> stops) {
    options.training.output = (folder.path() / name).string();
    for (const auto stop : stops) {
      options.training.steps = stop;
      CHECK(train_prior(options) == ExitCode::ok);
    }
    return open_checkpoint(folder.path() / name / "prior.safetensors");
  };
  // Ten steps on each batch twice: the fourth batch shows enlarged parts.
  const auto once = run("once", {10});
  const auto twice = run("twice", {6, 10});
  for (const auto& [name, tensor] : once.tensors) {
    INFO(name);
    CHECK(torch::equal(tensor, twice.tensors.at(name)));
  }
}

}  // namespace
}  // namespace pincel::train_prior_test
