// SPDX-License-Identifier: MIT
#include "guidance/targets.h"

#include <torch/torch.h>

#include "guidance/guidance.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/prompts/fake_encoder.h"

namespace pincel::targets_test {
namespace {

Targets targets_of(const std::vector<std::string>& stories) {
  std::vector<Wishes> wishes;
  for (const auto& story : stories) wishes.push_back(make_wishes(story, {}));
  std::vector<const Wishes*> pointers;
  for (const auto& item : wishes) pointers.push_back(&item);
  return Targets(pointers, FakeEncoder());
}

// Two pictures, four prompts each.
at::Tensor table(const std::vector<float>& values) { return torch::tensor(values).view({2, 4}); }

double degrees_between(const at::Tensor& a, const at::Tensor& b) {
  return (a * b).sum().clamp(-1, 1).acos().item<double>() * 180 / M_PI;
}

struct Eyes {
  std::vector<CutoutKey> keys;
  Look look;

  explicit Eyes(std::uint64_t pictures) {
    look.cutouts.count = 4;
    look.cutouts.plain = 1;
    look.cutouts.noise = 0;
    look.cutouts.erasing = 0;
    for (std::uint64_t b = 0; b < pictures; ++b) keys.push_back({.seed = b});
    look.keys = keys;
  }
};

}  // namespace

TEST_CASE("slerp goes evenly along the great circle") {
  const auto x = torch::tensor({{1.0, 0.0, 0.0}});
  const auto y = torch::tensor({{0.0, 1.0, 0.0}});
  for (const double share : {0.0, 0.25, 0.5, 1.0}) {
    const auto point = slerp(x, y, share);
    CHECK(point.norm().item<double>() == Approx(1));
    CHECK(degrees_between(x, point) == Approx(90 * share).margin(1e-3));
  }
  CHECK(torch::allclose(slerp(x, x, 0.3), x, 1e-4, 1e-4));
  CHECK(slerp(x, -x, 0.5).isfinite().all().item<bool>());
}

TEST_CASE("the phases of a story take turns, each picture has its own") {
  const auto targets = targets_of({"a:2 ^ bb | ccc:-0.5 ^ @90% dddd", "a"});
  const auto weights = [&](std::int64_t step) { return targets.at(step, 100).weights; };
  CHECK(torch::equal(weights(0), table({2, 0, 0, 0, 1, 0, 0, 0})));
  CHECK(torch::equal(weights(44), weights(0)));
  CHECK(torch::equal(weights(45), table({0, 1, -0.5, 0, 1, 0, 0, 0})));
  CHECK(torch::equal(weights(99), table({0, 0, 0, 1, 1, 0, 0, 0})));
  const FakeEncoder encoder;
  CHECK(torch::allclose(targets.topics(50, 100)[0], encoder.text("bb")[0]));
}

TEST_CASE("a weight that changes is that of its schedule, in the memory where it was") {
  const auto targets = targets_of({"a:1@0 0@50% | bb"});
  Targets::Now kept;
  targets.renew(kept, 0, 100);
  const void* place = kept.weights.const_data_ptr();
  CHECK(kept.weights[0][0].item<double>() == 1);
  targets.renew(kept, 25, 100);
  CHECK(kept.weights.const_data_ptr() == place);
  CHECK(kept.weights[0][0].item<double>() == Approx(0.5));
  CHECK(torch::equal(targets.at(25, 100).weights, kept.weights));
}

TEST_CASE("a melting prompt reaches each key at its moment") {
  const FakeEncoder encoder;
  const auto targets = targets_of({"a -> @25% bb -> ccc"});
  const auto target = [&](std::int64_t step) { return targets.at(step, 100).targets[0][0]; };
  CHECK(torch::allclose(target(0), encoder.text("a")[0], 1e-4, 1e-4));
  CHECK(torch::allclose(target(25), encoder.text("bb")[0], 1e-4, 1e-4));
  CHECK(torch::allclose(target(100), encoder.text("ccc")[0], 1e-4, 1e-4));
  const double whole = degrees_between(encoder.text("bb"), encoder.text("ccc"));
  CHECK(degrees_between(encoder.text("bb")[0], target(40)) == Approx(whole / 5).epsilon(0.01));
  CHECK(target(40).norm().item<double>() == Approx(1));
}

TEST_CASE("noise and vectors are no topics; a region's prompts are where nothing else is asked") {
  PromptOptions options;
  options.noises = {"7:5"};
  const std::vector<GuideClip> clips = {{std::make_shared<Clip>(tiny_clip()), 1}};
  GuidanceOptions asked;
  const auto plain = Guidance(clips, {"a red apple"}, asked).topics();
  asked.other_prompts = options;
  CHECK(torch::allclose(Guidance(clips, {"a red apple"}, asked).topics(), plain));
  asked.other_prompts.regions = {"left=a blue car"};
  CHECK(torch::allclose(Guidance(clips, {"a red apple"}, asked).topics(), plain));
  asked.other_prompts = {};
  asked.other_prompts.regions = {"left=a red apple"};
  CHECK(torch::allclose(Guidance(clips, {"", ""}, asked).topics(), plain.expand({2, -1})));
}

TEST_CASE("a region's prompts move its own pixels alone, in every picture of a batch") {
  const std::vector<GuideClip> clips = {{std::make_shared<Clip>(tiny_clip()), 1}};
  GuidanceOptions asked;
  asked.other_prompts.regions = {"left=a red apple", "box 60 0 40 40=a blue car"};
  asked.other_prompts.region_edge = 0;
  const Guidance guidance(clips, {"", ""}, asked);
  const Eyes eyes(2);
  auto seed = make_generator(1, "image");
  auto images = torch::rand({2, 3, 64, 64}, seed).requires_grad_(true);
  const auto terms = guidance.terms(images, eyes.look);
  REQUIRE(terms.size() == 1);
  terms[0].value.sum().backward();
  const auto slope = images.grad().abs().sum(1);  // [2, 64, 64]
  for (int b = 0; b < 2; ++b) {
    CHECK(slope[b].slice(1, 0, 32).sum().item<double>() > 0);
    CHECK(slope[b].slice(1, 33, 38).abs().max().item<double>() == 0);
    CHECK(slope[b].slice(1, 40).slice(0, 0, 24).sum().item<double>() > 0);
    CHECK(slope[b].slice(1, 40).slice(0, 27).abs().max().item<double>() == 0);
  }
  // Alone, the second picture is pulled as it is beside the first.
  const Guidance alone(clips, {""}, asked);
  Eyes one(1);
  one.keys[0].seed = 1;
  const auto value = alone.terms(images.detach().slice(0, 1), one.look)[0].value;
  CHECK(value[0].item<double>() == Approx(terms[0].value[1].item<double>()).epsilon(1e-5));
}

TEST_CASE("a fingerprint tells weights apart") {
  const auto clip = std::make_shared<Clip>(tiny_clip());
  CHECK(clip->fingerprint() == tiny_clip().fingerprint());
  CHECK(clip->fingerprint() != tiny_clip(2).fingerprint());
}

}  // namespace pincel::targets_test
