// SPDX-License-Identifier: MIT
#include "guidance/guidance.h"

#include <torch/torch.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel {
namespace {

TEST_CASE("spherical distance is half the squared angle") {
  const auto x = torch::tensor({{1.0F, 0.0F}});
  const auto y = torch::tensor({{0.0F, 1.0F}, {1.0F, 0.0F}});
  const auto d = spherical_distance(x, y);
  // 2 arcsin(sqrt(2) / 2)^2 = 2 (pi / 4)^2
  CHECK(d[0][0].item<double>() == Approx(2 * (M_PI / 4) * (M_PI / 4)).epsilon(1e-5));
  CHECK(d[0][1].item<double>() == Approx(0.0).margin(1e-6));
}

TEST_CASE("a prompt's weight scales its pull, a negative one turns it round") {
  const auto d = torch::tensor({{0.5F}, {0.7F}});
  const double never = -std::numeric_limits<double>::infinity();
  CHECK(prompt_loss(d, 2, never).item<double>() == Approx(1.2));
  CHECK(prompt_loss(d, -2, never).item<double>() == Approx(-1.2));
}

TEST_CASE("distances below the stop pull no more") {
  auto d = torch::tensor({{0.5F}, {0.7F}}).requires_grad_(true);
  prompt_loss(d, 1, 0.6).backward();
  CHECK(d.grad()[0][0].item<double>() == 0.0);
  CHECK(d.grad()[1][0].item<double>() == Approx(0.5));
}

TEST_CASE("every loss of the registry is a finite number with a finite gradient") {
  for (const auto& entry : losses()) {
    INFO(std::string(entry.name));
    const auto loss = entry.make(Settings{});
    auto generator = make_generator(1, "losses");
    auto image = torch::rand({1, 3, 24, 20}, generator).requires_grad_(true);
    const auto cutouts = torch::rand({4, 3, 16, 16}, generator);
    const auto rows = torch::nn::functional::normalize(torch::randn({4, 8}, generator));
    const auto score = loss->score({image, cutouts, rows, 0});
    CHECK(score.dim() == 0);
    CHECK(std::isfinite(score.item<double>()));
    score.backward();
    REQUIRE(image.grad().defined());
    CHECK(image.grad().isfinite().all().item<bool>());
    CHECK(image.grad().abs().sum().item<double>() > 0);
  }
}

TEST_CASE("losses are what their formulas say") {
  const auto make = [](const char* name) { return find(losses(), name, "loss").make(Settings{}); };
  auto image = torch::zeros({1, 3, 2, 2});
  image.select(3, 1).fill_(1.0);  // right column white
  CHECK(make("symmetry")->score({image, {}, {}, 0}).item<double>() == Approx(1.0));
  CHECK(make("smoothness")->score({image, {}, {}, 0}).item<double>() == Approx(1.0));
  CHECK(make("saturation")->score({image, {}, {}, 0}).item<double>() == Approx(0.0).margin(1e-5));
}

TEST_CASE("guidance names its terms and pulls a picture towards a prompt") {
  GuidanceOptions options;
  options.prompts = "a red apple | a blue car:-0.5";
  options.losses = {"smoothness:0.1"};
  options.cutouts.count = 4;
  const Guidance guidance(std::make_shared<Clip>(tiny_clip()), options);
  auto generator = make_generator(1, "cutouts");
  auto image = torch::full({1, 3, 32, 32}, 0.5).requires_grad_(true);
  const auto terms = guidance.terms(image, 0, options.cutouts, generator);
  REQUIRE(terms.size() == 3);
  CHECK(terms[0].name == "a red apple");
  CHECK(terms[2].name == "smoothness");
  (terms[0].value + terms[1].value + terms[2].value).backward();
  CHECK(image.grad().abs().sum().item<double>() > 0);
  CHECK(guidance.topic().norm().item<double>() == Approx(1.0));
}

TEST_CASE("an unknown loss is refused with the nearest name, a bad weight with the text") {
  const auto clip = std::make_shared<Clip>(tiny_clip());
  GuidanceOptions options;
  options.prompts = "a red apple";
  options.losses = {"smothness"};
  CHECK_THROWS_WITH(Guidance(clip, options),
                    Catch::Matchers::Contains("did you mean 'smoothness'"));
  options.losses = {"smoothness:much"};
  CHECK_THROWS_AS(Guidance(clip, options), Error);
}

}  // namespace
}  // namespace pincel
