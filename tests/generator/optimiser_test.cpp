// SPDX-License-Identifier: MIT
// What every optimiser of the registry must keep, and that each walks as its reference.
#include "generator/optimiser.h"

#include <torch/torch.h>

#include "core/error.h"
#include "core/random.h"
#include "tests/catch.h"

namespace pincel::optimiser_test {
namespace {

std::unique_ptr<Optimiser> made(const Entry<MakeOptimiser>& entry, const Settings& settings,
                                std::vector<Parameter> parameters) {
  OptionBox options = entry.options();
  settings.fill(options.fields());
  return entry.make(options, std::move(parameters));
}

std::unique_ptr<Optimiser> made(const char* name, const std::string& yaml,
                                std::vector<Parameter> parameters) {
  return made(find(optimisers(), name, "optimiser"), Settings::from_yaml(yaml, "test"),
              std::move(parameters));
}

TEST_CASE("Adam walks as libtorch's does") {
  auto generator = make_generator(1, "adam");
  const auto start = torch::randn({3, 5}, generator);
  const auto goal = torch::randn({3, 5}, generator);
  auto ours = start.clone().requires_grad_(true);
  auto theirs = start.clone().requires_grad_(true);
  const auto adam = made("adam", "{beta1: 0.8, beta2: 0.95}", {{ours, 0.5}});
  adam->set_rate(0.1);
  torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(0.05).betas({0.8, 0.95}));
  for (int step = 0; step < 20; ++step) {
    adam->zero_grad();
    (ours - goal).pow(4).sum().backward();
    adam->step();
    reference.zero_grad();
    (theirs - goal).pow(4).sum().backward();
    reference.step();
  }
  CHECK((ours - theirs).abs().max().item<double>() < 1e-5);
  CHECK((ours - start).abs().max().item<double>() > 0.1);
}

TEST_CASE("every optimiser comes nearer, and leaves what has no gradient") {
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    auto generator = make_generator(2, "optimiser");
    auto moved = torch::randn({2, 4}, generator).requires_grad_(true);
    auto still = torch::ones({2, 1}).requires_grad_(true);
    const auto optimiser = made(entry, {}, {{moved, 1}, {still, 1}});
    optimiser->set_rate(0.05);
    const auto distance = [&] { return (moved - 1).square().sum(); };
    const double before = distance().item<double>();
    for (int step = 0; step < 30; ++step) {
      optimiser->zero_grad();
      distance().backward();
      optimiser->step();
    }
    CHECK(distance().item<double>() < 0.7 * before);
    CHECK(still.sum().item<double>() == 2);
    CHECK_FALSE(optimiser->state().empty());
  }
}

TEST_CASE("every optimiser moves a picture as if none stood beside it") {
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    auto generator = make_generator(3, "optimiser");
    const auto start = torch::randn({2, 6}, generator);
    const auto walked = [&](const at::Tensor& from) {
      auto x = from.clone().requires_grad_(true);
      const auto optimiser = made(entry, {}, {{x, 1}});
      optimiser->set_rate(0.1);
      for (int step = 0; step < 8; ++step) {
        optimiser->zero_grad();
        (x - 0.3).pow(4).sum().backward();
        optimiser->step();
      }
      return x.detach();
    };
    const auto apart = walked(start)[1] - walked(start.slice(0, 1, 2))[0];
    CHECK(apart.abs().max().item<double>() < 1e-5);
  }
}

}  // namespace
}  // namespace pincel::optimiser_test
