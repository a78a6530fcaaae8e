// SPDX-License-Identifier: MIT
// What every drawer of the registry must keep.
#include "generator/drawer.h"

#include <torch/torch.h>

#include "core/error.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/generator/ready_drawers.h"
#include "tests/generator/tiny_models.h"

namespace pincel::drawer_test {
namespace {

Canvas canvas_of(std::int64_t height, std::int64_t width, std::int64_t batch = 1) {
  return {.height = height,
          .width = width,
          .batch = batch,
          .device = at::Device(at::kCPU),
          .vqgan = tiny_vqgan()};
}

std::vector<at::Generator> generators_of(std::initializer_list<std::uint64_t> seeds) {
  std::vector<at::Generator> generators;
  for (const auto seed : seeds) generators.push_back(make_generator(seed, "init"));
  return generators;
}

TEST_CASE("every drawer renders exactly the size asked for, in range, with finite gradients") {
  for (const auto& ready : ready_drawers()) {
    INFO(ready.name());
    const auto drawer = ready.make(canvas_of(33, 47, 2));
    auto generators = generators_of({1, 2});
    drawer->start_from_noise(generators);
    const auto image = drawer->render();
    CHECK(image.sizes() == at::IntArrayRef({2, 3, 33, 47}));
    CHECK(image.min().item<double>() >= 0);
    CHECK(image.max().item<double>() <= 1);
    (image - 0.4).square().sum().backward();
    REQUIRE_FALSE(drawer->parameters().empty());
    for (const auto& [parameter, scale] : drawer->parameters()) {
      CHECK(scale > 0);
      REQUIRE(parameter.grad().defined());
      CHECK(parameter.grad().isfinite().all().item<bool>());
      CHECK(parameter.grad().abs().sum().item<double>() > 0);
    }
  }
}

TEST_CASE("every drawer gives the same pixels for the same seed and others for another") {
  for (const auto& ready : ready_drawers()) {
    INFO(ready.name());
    const auto rendered = [&](std::uint64_t seed) {
      const auto drawer = ready.make(canvas_of(32, 32));
      auto generators = generators_of({seed});
      drawer->start_from_noise(generators);
      return drawer->render().detach();
    };
    CHECK(torch::equal(rendered(1), rendered(1)));
    CHECK_FALSE(torch::equal(rendered(1), rendered(2)));
  }
}

TEST_CASE("every drawer draws a picture as if none stood beside it") {
  for (const auto& ready : ready_drawers()) {
    INFO(ready.name());
    const auto both = ready.make(canvas_of(32, 32, 2));
    auto two = generators_of({5, 6});
    both->start_from_noise(two);
    const auto alone = ready.make(canvas_of(32, 32));
    auto one = generators_of({6});
    alone->start_from_noise(one);
    const auto apart = (both->render()[1] - alone->render()[0]).abs().max().item<double>();
    CHECK(apart < 1e-5);
  }
}

TEST_CASE("every drawer can start from a picture of another size and stays in range") {
  for (const auto& ready : ready_drawers()) {
    INFO(ready.name());
    const auto drawer = ready.make(canvas_of(32, 40, 2));
    drawer->start_from(torch::rand({1, 3, 50, 20}));
    const torch::NoGradGuard no_grad;
    for (auto& [parameter, scale] : drawer->parameters()) parameter.add_(100);
    drawer->project();
    for (const auto& [parameter, scale] : drawer->parameters()) {
      CHECK(parameter.abs().max().item<double>() < 100);
    }
  }
}

TEST_CASE("an unknown drawer is refused with the known ones") {
  CHECK_THROWS_WITH(find(drawers(), "vqgam", "drawer"),
                    Catch::Matchers::Contains("did you mean 'vqgan'"));
}

}  // namespace
}  // namespace pincel::drawer_test
