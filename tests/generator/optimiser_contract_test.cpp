// SPDX-License-Identifier: MIT
// What a painting relies on, of every optimiser of the registry.
#include <torch/torch.h>

#include <algorithm>
#include <string>

#include "core/random.h"
#include "generator/optimiser.h"
#include "tests/catch.h"

namespace pincel::optimiser_contract_test {
namespace {

// A batch on its way: two parameters of different shape and scale, and one without a gradient.
class Batch {
 public:
  Batch(const Entry<MakeOptimiser>& entry, const at::Tensor& colours, const at::Tensor& places)
      : colours_(colours.clone().requires_grad_(true)),
        places_(places.clone().requires_grad_(true)),
        still_(torch::ones({colours.size(0), 1}).requires_grad_(true)),
        optimiser_(entry.make(entry.options(), {{colours_, 1}, {still_, 1}, {places_, 20}})) {}

  void step(double rate) {
    optimiser_->set_rate(rate);
    optimiser_->zero_grad();
    const auto wrong = colours_ - 0.3;
    const auto far =
        (wrong.square() + 0.1 * wrong.pow(4)).sum() + (places_ / 20 - 1).square().sum();
    (far + (colours_.mean({1, 2}) * places_.mean({1}) / 20).sum()).backward();
    optimiser_->step();
  }
  void walk(int steps) {
    for (int i = 0; i < steps; ++i) step(0.1);
  }
  std::vector<at::Tensor> values() const {
    return {colours_.detach(), still_.detach(), places_.detach()};
  }
  Optimiser& optimiser() { return *optimiser_; }

 private:
  at::Tensor colours_, places_, still_;
  std::unique_ptr<Optimiser> optimiser_;
};

struct Start {
  at::Tensor colours, places;  // [3, 2, 4], [3, 5]
};

Start start() {
  auto generator = make_generator(5, "optimisers");
  return {torch::randn({3, 2, 4}, generator), 20 * torch::randn({3, 5}, generator)};
}

TEST_CASE("every optimiser goes on from its state as if it had never stopped") {
  const auto from = start();
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    Batch whole(entry, from.colours, from.places);
    whole.walk(7);
    const auto values = whole.values();
    Batch resumed(entry, values[0], values[2]);
    const auto state = whole.optimiser().state();
    const auto fresh = resumed.optimiser().state();
    REQUIRE(state.size() == fresh.size());
    for (std::size_t i = 0; i < state.size(); ++i) {
      REQUIRE(state[i].sizes() == fresh[i].sizes());
      CHECK_FALSE(state[i].requires_grad());
      const torch::NoGradGuard no_grad;
      fresh[i].detach().copy_(state[i]);
    }
    whole.walk(5);
    resumed.walk(5);
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(torch::equal(whole.values()[i], resumed.values()[i]));
    }
  }
}

TEST_CASE("every optimiser keeps its state where it was, for steps that are recorded") {
  const auto from = start();
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    Batch batch(entry, from.colours, from.places);
    std::vector<const void*> places;
    for (const auto& tensor : batch.optimiser().state()) places.push_back(tensor.data_ptr());
    batch.walk(4);
    const auto state = batch.optimiser().state();
    REQUIRE(state.size() == places.size());
    for (std::size_t i = 0; i < places.size(); ++i) CHECK(state[i].data_ptr() == places[i]);
  }
}

TEST_CASE("every optimiser moves each of three pictures as it would alone") {
  const auto from = start();
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    Batch together(entry, from.colours, from.places);
    together.walk(9);
    for (std::int64_t b = 0; b < 3; ++b) {
      Batch alone(entry, from.colours.slice(0, b, b + 1), from.places.slice(0, b, b + 1));
      alone.walk(9);
      for (std::size_t i = 0; i < 3; ++i) {
        const auto apart = together.values()[i].slice(0, b, b + 1) - alone.values()[i];
        CHECK(apart.abs().max().item<double>() < 1e-5);
      }
    }
  }
}

TEST_CASE("no optimiser moves at rate 0, or what has no gradient") {
  const auto from = start();
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    Batch batch(entry, from.colours, from.places);
    for (int step = 0; step < 3; ++step) batch.step(0);
    CHECK(torch::equal(batch.values()[0], from.colours));
    CHECK(torch::equal(batch.values()[2], from.places));
    batch.walk(3);
    CHECK_FALSE(torch::equal(batch.values()[0], from.colours));
    CHECK(torch::equal(batch.values()[1], torch::ones({3, 1})));
  }
}

TEST_CASE("no step of L-BFGS goes beyond its reach, of each picture alone") {
  auto x = (50 * torch::randn({2, 8}, make_generator(6, "optimisers"))).requires_grad_(true);
  const auto& entry = find(optimisers(), "lbfgs", "optimiser");
  const auto optimiser = entry.make(entry.options(), {{x, 2}});
  optimiser->set_rate(0.5);
  double longest = 0;
  for (int step = 0; step < 8; ++step) {
    const auto before = x.detach().clone();
    optimiser->zero_grad();
    (x.square() * torch::tensor({{0.01}, {1.0}})).sum().backward();
    optimiser->step();
    const auto length = (x.detach() - before).square().mean(1).sqrt();
    longest = std::max(longest, length.max().item<double>());
  }
  CHECK(longest == Approx(0.2 * 2 * 0.5));  // the minimum is farther than all eight steps reach
}

}  // namespace
}  // namespace pincel::optimiser_contract_test
