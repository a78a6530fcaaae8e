// SPDX-License-Identifier: MIT
#include "generator/adam.h"

#include <torch/torch.h>

#include "core/random.h"
#include "tests/catch.h"

namespace pincel {
namespace {

TEST_CASE("Adam walks as libtorch's does") {
  auto generator = make_generator(1, "adam");
  const auto start = torch::randn({3, 5}, generator);
  const auto goal = torch::randn({3, 5}, generator);
  auto ours = start.clone().requires_grad_(true);
  auto theirs = start.clone().requires_grad_(true);
  Adam adam({ours}, {.rate = 0.05, .beta1 = 0.8, .beta2 = 0.95});
  torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(0.05).betas({0.8, 0.95}));
  for (int step = 0; step < 20; ++step) {
    adam.zero_grad();
    (ours - goal).pow(4).sum().backward();
    adam.step();
    reference.zero_grad();
    (theirs - goal).pow(4).sum().backward();
    reference.step();
  }
  CHECK((ours - theirs).abs().max().item<double>() < 1e-5);
  CHECK((ours - start).abs().max().item<double>() > 0.1);
}

TEST_CASE("a parameter without a gradient stays where it is") {
  auto moved = torch::ones({2}).requires_grad_(true);
  auto still = torch::ones({2}).requires_grad_(true);
  Adam adam({moved, still}, {.rate = 0.1});
  moved.sum().backward();
  adam.step();
  CHECK(moved[0].item<double>() == Approx(0.9));
  CHECK(still[0].item<double>() == 1.0);
  CHECK(adam.state().size() == 5);
}

}  // namespace
}  // namespace pincel
