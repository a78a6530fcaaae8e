// SPDX-License-Identifier: MIT
#include "generator/train_vqgan.h"

#include <torch/torch.h>

#include <fstream>

#include "core/random.h"
#include "generator/discriminator.h"
#include "generator/vqgan.h"
#include "generator/vqgan_figures.h"
#include "generator/vqgan_training_source.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::train_vqgan_test {
namespace {

VqganTrainingOptions small_training(const std::filesystem::path& folder, std::int64_t steps) {
  VqganTrainingOptions options;
  options.training.steps = steps;
  options.training.batch = 3;
  options.training.warmup = 0;
  options.training.final_rate = 1;  // the same rates, however long it is to be
  options.training.precision = "float32";
  options.training.sample_seconds = 0;
  options.training.log_every = 1;
  options.training.threads = 1;
  options.training.device = "cpu";
  options.training.output = folder.string();
  options.size = 16;
  options.zooms = {1, 2};
  options.ch_mult = {1, 1};
  options.z_channels = 4;
  options.embed_dim = 4;
  options.n_embed = 8;
  options.quantise_after = 1;
  options.revive_every = 2;
  options.disc_start = 2;
  options.disc_width = 8;
  options.disc_layers = 1;
  return options;
}

TEST_CASE("training a VQGAN stopped and resumed is training it in one go") {
  const tests::TemporaryFolder folder;
  REQUIRE(train_vqgan(small_training(folder.path() / "whole", 6)) == ExitCode::ok);
  REQUIRE(train_vqgan(small_training(folder.path() / "parts", 3)) == ExitCode::ok);
  REQUIRE(train_vqgan(small_training(folder.path() / "parts", 6)) == ExitCode::ok);
  const auto whole = open_checkpoint(folder.path() / "whole" / "checkpoint.safetensors");
  const auto parts = open_checkpoint(folder.path() / "parts" / "checkpoint.safetensors");
  REQUIRE(whole.tensors.size() == parts.tensors.size());
  for (const auto& [name, tensor] : whole.tensors) {
    INFO(name);
    CHECK(torch::equal(tensor, parts.tensors.at(name)));
  }
  CHECK(tests::bytes_of(folder.path() / "whole" / "vqgan.safetensors") ==
        tests::bytes_of(folder.path() / "parts" / "vqgan.safetensors"));
  const std::string metrics = tests::bytes_of(folder.path() / "whole" / "metrics.jsonl");
  for (const char* name : {"\"rec\"", "\"d_loss\"", "\"d_weight\"", "\"perplexity\"", "\"psnr\""}) {
    INFO(name);
    CHECK(tests::has(metrics, name));
  }
}

TEST_CASE("what a training exports loads and is measured on held-out scenes") {
  const tests::TemporaryFolder folder;
  REQUIRE(train_vqgan(small_training(folder.path(), 2)) == ExitCode::ok);
  const Vqgan vqgan = Vqgan::load(folder.path() / "vqgan.safetensors", at::Device(at::kCPU));
  const VqganFigures figures = measure_vqgan(vqgan, 3, 16);
  CHECK(figures.psnr > 0);
  CHECK(figures.psnr < 60);
  CHECK(figures.share > 0);
  CHECK(figures.perplexity >= 1);
  const at::Tensor sheet = before_and_after(vqgan, held_out_scenes(2, 16));
  CHECK(sheet.sizes() == at::IntArrayRef({3, 32, 32}));
}

TEST_CASE("a size that the levels cannot halve is refused") {
  VqganTrainingOptions options;
  options.size = 20;
  options.ch_mult = {1, 1, 1, 1};
  CHECK_THROWS_AS(options.architecture(), Error);
}

TEST_CASE("random crops are parts of their pictures") {
  auto generator = make_generator(1, "crops");
  const at::Tensor images = torch::arange(2 * 3 * 8 * 8).to(torch::kFloat).view({2, 3, 8, 8});
  const at::Tensor crops = random_crops(images, 5, generator);
  CHECK(crops.sizes() == at::IntArrayRef({2, 3, 5, 5}));
  CHECK(torch::equal(crops.slice(3, 1) - crops.slice(3, 0, 4), torch::ones({2, 3, 5, 4})));
  CHECK(torch::equal(random_crops(images, 8, generator), images));
}

TEST_CASE("the hinge asks for a margin on both sides") {
  CHECK(hinge_loss(torch::tensor({2.0F}), torch::tensor({-3.0F})).item<double>() == 0);
  CHECK(hinge_loss(torch::tensor({0.0F}), torch::tensor({1.0F})).item<double>() == Approx(1.5));
}

}  // namespace
}  // namespace pincel::train_vqgan_test
