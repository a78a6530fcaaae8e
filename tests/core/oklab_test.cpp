// SPDX-License-Identifier: MIT
#include "core/oklab.h"

#include <torch/torch.h>

#include <array>

#include "core/random.h"
#include "tests/catch.h"

namespace pincel::oklab_test {
namespace {

TEST_CASE("OKLab has the values that CSS Color 4 gives for sRGB's corners") {
  struct Known {
    std::array<float, 3> rgb;
    std::array<float, 3> lab;
  };
  const Known known[] = {
      {{1, 0, 0}, {0.62796F, 0.22486F, 0.12585F}},
      {{0, 1, 0}, {0.86644F, -0.23389F, 0.17950F}},
      {{0, 0, 1}, {0.45201F, -0.03246F, -0.31153F}},
      {{1, 1, 0}, {0.96798F, -0.07137F, 0.19857F}},
      {{1, 1, 1}, {1, 0, 0}},
      {{0, 0, 0}, {0, 0, 0}},
  };
  for (const auto& [rgb, lab] : known) {
    const auto found = oklab_from_rgb(torch::tensor(at::ArrayRef<float>(rgb)).view({1, 3}));
    CHECK((found - torch::tensor(at::ArrayRef<float>(lab))).abs().max().item<float>() < 2e-5F);
  }
}

TEST_CASE("mid grey gives a fifth of the light, and the curve goes back") {
  const auto grey = torch::full({1, 3}, 0.5);
  CHECK(light_from_rgb(grey)[0][0].item<float>() == Approx(0.21404).epsilon(1e-4));
  const auto all = torch::linspace(0, 1, 256);
  CHECK((rgb_from_light(light_from_rgb(all)) - all).abs().max().item<float>() < 1e-5F);
}

TEST_CASE("a picture in OKLab comes back as it was") {
  auto generator = make_generator(1, "oklab");
  const auto image = torch::rand({2, 3, 4, 5}, generator);
  CHECK((rgb_from_oklab(oklab_from_rgb(image)) - image).abs().max().item<float>() < 1e-4F);
}

TEST_CASE("OKLab has a finite slope everywhere, the one of small differences") {
  auto generator = make_generator(2, "oklab");
  auto colours = torch::rand({8, 3}, generator, torch::kDouble);
  colours[0] = 0;
  colours.requires_grad_(true);
  const auto weights = torch::rand({8, 3}, generator, torch::kDouble);
  (oklab_from_rgb(colours) * weights).sum().backward();
  CHECK(colours.grad().isfinite().all().item<bool>());
  CHECK(colours.grad()[0].abs().sum().item<double>() > 0);  // black can become lighter
  const double step = 1e-6;
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    auto shift = torch::zeros({8, 3}, torch::kDouble);
    shift.select(1, channel).fill_(step);
    const auto change =
        (oklab_from_rgb(colours.detach() + shift) - oklab_from_rgb(colours.detach() - shift)) *
        weights / (2 * step);
    const auto apart = change.sum(1) - colours.grad().select(1, channel);
    CHECK(apart.slice(0, 1).abs().max().item<double>() < 1e-6);
  }
}

}  // namespace
}  // namespace pincel::oklab_test
