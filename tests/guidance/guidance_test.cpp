// SPDX-License-Identifier: MIT
#include "guidance/guidance.h"

#include <torch/torch.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel::guidance_test {
namespace {

TEST_CASE("spherical distance is half the squared angle") {
  const auto x = torch::tensor({{1.0F, 0.0F}});
  const auto y = torch::tensor({{0.0F, 1.0F}, {1.0F, 0.0F}});
  const auto d = spherical_distance(x, y);
  // 2 arcsin(sqrt(2) / 2)^2 = 2 (pi / 4)^2
  CHECK(d[0][0].item<double>() == Approx(2 * (M_PI / 4) * (M_PI / 4)).epsilon(1e-5));
  CHECK(d[0][1].item<double>() == Approx(0.0).margin(1e-6));
}

constexpr float kNever = -std::numeric_limits<float>::infinity();

TEST_CASE("a prompt's weight scales its pull, a negative one turns it round") {
  const auto d = torch::tensor({{{0.5F}, {0.7F}}, {{0.5F}, {0.7F}}});  // [2, 2, 1]
  const auto loss = prompt_loss(d, torch::tensor({{2.0F}, {-2.0F}}), torch::full({2, 1}, kNever));
  CHECK(loss[0].item<double>() == Approx(1.2));
  CHECK(loss[1].item<double>() == Approx(-1.2));
}

TEST_CASE("distances below the stop pull no more") {
  auto d = torch::tensor({{{0.5F}, {0.7F}}}).requires_grad_(true);
  prompt_loss(d, torch::ones({1, 1}), torch::full({1, 1}, 0.6F)).sum().backward();
  CHECK(d.grad()[0][0].item<double>() == 0.0);
  CHECK(d.grad()[0][1].item<double>() == Approx(0.5));
}

// One step's look at so many pictures.
struct Eyes {
  std::vector<CutoutKey> keys;
  Look look;

  explicit Eyes(std::uint64_t pictures) {
    look.cutouts.count = 4;
    for (std::uint64_t b = 0; b < pictures; ++b) keys.push_back({.seed = b});
    look.keys = keys;
  }
};

TEST_CASE("guidance names its terms and pulls pictures towards their prompts") {
  const Guidance guidance({{std::make_shared<Clip>(tiny_clip()), 1}},
                          {"a red apple | a blue car:-0.5", "a green apple"},
                          {.prompts = {}, .losses = {"smoothness:0.1"}});
  const Eyes eyes(2);
  auto images = torch::full({2, 3, 32, 32}, 0.5).requires_grad_(true);
  const auto terms = guidance.terms(images, eyes.look);
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].name == "prompts");
  CHECK(terms[1].name == "smoothness");
  CHECK(terms[0].value.sizes() == at::IntArrayRef({2}));
  terms[0].value.sum().backward();
  for (int b = 0; b < 2; ++b) CHECK(images.grad()[b].abs().sum().item<double>() > 0);
  CHECK(images.grad().isfinite().all().item<bool>());
  CHECK(guidance.topics().norm(2, 1)[1].item<double>() == Approx(1.0));
}

TEST_CASE("several CLIPs guide with the share that their weights give them") {
  const auto one = std::make_shared<Clip>(tiny_clip(1));
  const auto other = std::make_shared<Clip>(tiny_clip(2));
  auto image_seed = make_generator(1, "image");
  const auto image = torch::rand({1, 3, 32, 32}, image_seed);
  const auto of = [](std::vector<GuideClip> clips) {
    return Guidance(std::move(clips), {"a red apple"}, GuidanceOptions{});
  };
  const double first = of({{one, 1}}).distances(image, 0).item<double>();
  const double second = of({{other, 1}}).distances(image, 0).item<double>();
  REQUIRE(std::abs(first - second) > 1e-4);
  const Guidance both = of({{one, 3}, {other, 1}});
  CHECK(both.distances(image, 0).item<double>() ==
        Approx(0.75 * first + 0.25 * second).epsilon(1e-5));
  CHECK(torch::equal(both.topics(), of({{one, 1}}).topics()));
  const Eyes eyes(1);
  auto pixels = image.clone().requires_grad_(true);
  both.terms(pixels, eyes.look).at(0).value.sum().backward();
  CHECK(pixels.grad().abs().sum().item<double>() > 0);
}

TEST_CASE("a name may carry a weight behind its last colon") {
  CHECK(named_weight("vit-b-32").weight == 1.0);
  CHECK(named_weight("a.pt:0.25").name == "a.pt");
  CHECK(named_weight("a.pt:0.25").weight == 0.25);
  CHECK(named_weight("c:folder").name == "c:folder");
}

TEST_CASE("an unknown loss is refused with the nearest name, a bad weight with the text") {
  const std::vector<GuideClip> clips = {{std::make_shared<Clip>(tiny_clip()), 1}};
  CHECK_THROWS_WITH(Guidance(clips, {"a red apple"}, {.prompts = {}, .losses = {"smothness"}}),
                    Catch::Matchers::Contains("did you mean 'smoothness'"));
  CHECK_THROWS_AS(Guidance(clips, {"a red apple"}, {.prompts = {}, .losses = {"smoothness:much"}}),
                  Error);
}

}  // namespace
}  // namespace pincel::guidance_test
