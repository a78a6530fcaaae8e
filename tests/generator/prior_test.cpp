// SPDX-License-Identifier: MIT
#include "generator/prior.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/tensor.h"
#include "generator/train_prior.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::prior_test {
namespace {

PriorQuestion nothing_known(std::int64_t batch, std::int64_t height, std::int64_t width) {
  return {.codes = torch::full({batch, height, width}, 24, torch::kLong),
          .condition = torch::nn::functional::normalize(torch::ones({batch, 16}))};
}

TEST_CASE("a prior speaks of grids of any size through its windows") {
  const auto prior = tiny_prior();
  for (const auto& [height, width] : {std::pair{8, 8}, {12, 8}, {5, 9}, {24, 24}, {3, 3}}) {
    INFO(height << " x " << width);
    const auto log_p = prior->log_probabilities(nothing_known(2, height, width));
    CHECK(log_p.sizes() == at::IntArrayRef({2, 24, height, width}));
    CHECK(torch::allclose(log_p.exp().sum(1), torch::ones({2, height, width}), 1e-4, 1e-4));
  }
}

TEST_CASE("what a prior expects lies within the codebook") {
  const auto vqgan = tiny_vqgan();
  const auto expected = tiny_prior()->expected(nothing_known(1, 8, 8), vqgan->codebook());
  CHECK(expected.sizes() == at::IntArrayRef({1, 4, 8, 8}));
  CHECK((expected >= vqgan->z_min() - 1e-5).all().item<bool>());
  CHECK((expected <= vqgan->z_max() + 1e-5).all().item<bool>());
}

TEST_CASE("a sample is complete, the same for the same generator, and keeps known codes") {
  const auto prior = tiny_prior();
  auto question = nothing_known(2, 8, 8);
  question.strength = 1;
  question.codes[0][3][4] = 7;
  auto one = make_generator(1, "draw");
  auto two = make_generator(1, "draw");
  const auto codes = prior->sample(question, 5, 1.0, one);
  CHECK(torch::equal(codes, prior->sample(question, 5, 1.0, two)));
  CHECK(codes.max().item<std::int64_t>() < 24);
  CHECK(codes[0][3][4].item<std::int64_t>() == 7);
}

TEST_CASE("several samples of one question differ, and are one where nothing is left to chance") {
  const auto prior = tiny_prior();
  const auto question = nothing_known(3, 8, 8);
  auto generator = make_generator(1, "draw");
  const auto drawn = prior->sample(question, 4, 1.0, generator);
  CHECK_FALSE(torch::equal(drawn[0], drawn[1]));
  const auto likeliest = prior->sample(question, 4, 0.0, generator);
  CHECK(torch::equal(likeliest[0], likeliest[2]));
  CHECK(torch::equal(likeliest.slice(0, 0, 1),
                     prior->sample(nothing_known(1, 8, 8), 4, 0.0, generator)));
}

TEST_CASE("codes are drawn as often as the prior says, in bfloat16 as well") {
  const auto prior = tiny_prior();
  const auto question = nothing_known(4000, 8, 8);
  const auto wished =
      prior->log_probabilities(nothing_known(1, 8, 8)).exp()[0].mean({1, 2});  // [Q]
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    const Autocast autocast(at::Device(at::kCPU), dtype);
    auto generator = make_generator(1, "draw");
    const auto codes = prior->sample(question, 1, 1.0, generator);
    const auto seen = torch::bincount(codes.flatten(), {}, 24) / static_cast<double>(codes.numel());
    CHECK(torch::allclose(seen.to(torch::kFloat), wished, 0.02, 2e-3));
  }
}

TEST_CASE("a prior written to a file comes back with the same answers") {
  const tests::TemporaryFolder folder;
  CodePriorModelImpl model(tiny_prior_config());
  model.initialise(make_generator(1, "tiny prior"));
  const auto file = folder.path() / "prior.safetensors";
  write_checkpoint(file, prior_checkpoint(model, at::kFloat));
  const auto loaded = CodePrior::load(file, at::Device(at::kCPU));
  const auto question = nothing_known(1, 8, 8);
  CHECK(
      torch::equal(loaded.log_probabilities(question), tiny_prior()->log_probabilities(question)));
}

TEST_CASE("a prior's config is checked") {
  CHECK_THROWS_AS(PriorConfig::from_json("{}", "file"), Error);
  CHECK_THROWS_AS(PriorConfig::from_json("{\"kind\": \"clip\"}", "file"), Error);
  CHECK_THROWS_AS(PriorConfig::from_json("no json", "file"), Error);
  const auto c = PriorConfig::from_json(tiny_prior_config().to_json(), "file");
  CHECK(c.to_json() == tiny_prior_config().to_json());
}

TEST_CASE("corrupted codes hide some places, replace some, and leave the rest") {
  auto generator = make_generator(1, "corrupt");
  const auto codes = torch::randint(24, {64, 8, 8}, generator, torch::kLong);
  const auto shown = corrupt_codes(codes, 24, generator);
  const auto hidden = (shown.codes == 24).to(torch::kFloat).mean({1, 2});  // [B]
  CHECK(hidden.min().item<double>() == 0);
  CHECK(hidden.max().item<double>() > 0.8);
  CHECK(shown.share.min().item<double>() >= 0);
  CHECK(shown.share.max().item<double>() <= 1);
  CHECK((shown.codes == codes).any().item<bool>());
  CHECK(shown.codes.max().item<std::int64_t>() <= 24);
}

}  // namespace
}  // namespace pincel::prior_test
