// SPDX-License-Identifier: MIT
// Where ten steps lead, beside torch.optim and the formulas of AdamP and DiffGrad in NumPy
// (make_optimisers.py).
#include <torch/torch.h>

#include <map>
#include <string>

#include "generator/optimiser.h"
#include "tests/catch.h"
#include "tests/reference/fixture.h"

namespace pincel::optimiser_reference_test {
namespace {

constexpr double kScale = 0.5;
const std::vector<std::int64_t> kShape{2, 3, 4};

struct Walk {
  std::string optimiser;
  std::string yaml;
  double rate = 0.2;
};

// By name in the fixture.
const std::map<std::string, Walk> kWalks{
    {"adagrad", {"adagrad", "{decay: 0.1}"}},
    {"adam", {"adam", "{}"}},
    {"adam slow", {"adam", "{beta2: 0.999}"}},
    {"adamax", {"adamax", "{}"}},
    {"adamp", {"adamp", "{decay: 0.05, delta: 1}"}},
    {"adamp nesterov", {"adamp", "{decay: 0.05, delta: 1, nesterov: true}"}},
    {"adamw", {"adamw", "{decay: 0.1}"}},
    {"diffgrad", {"diffgrad", "{}"}},
    {"lbfgs", {"lbfgs", "{history: 3, reach: 0}"}},
    {"radam", {"radam", "{}"}},
    {"rmsprop", {"rmsprop", "{}"}},
    {"rmsprop centred", {"rmsprop", "{alpha: 0.9, momentum: 0.5, centred: true}", 0.02}},
};

at::Tensor numbers(const std::string& name) {
  return reference::signal("optimisers/" + name, kShape).to(torch::kFloat64);
}

at::Tensor steepness(const at::Tensor& x) {
  const auto d = (x - numbers("goal")).reshape({2, -1});
  const auto weight = (1.5 + numbers("weight")).reshape({2, -1});
  const auto beside = d.slice(1, 0, -1) * d.slice(1, 1);
  return (weight * d.square() / 2 + d.pow(4) / 4).sum() + 0.3 * beside.sum();
}

// -> [3, 2, 3, 4], after 1, 5 and 10 steps
at::Tensor walked(const Walk& walk) {
  auto x = numbers("start").requires_grad_(true);
  const auto& entry = find(optimisers(), walk.optimiser, "optimiser");
  OptionBox options = entry.options();
  Settings::from_yaml(walk.yaml, "test").fill(options.fields());
  const auto optimiser = entry.make(options, {{x, kScale}});
  optimiser->set_rate(walk.rate);
  std::vector<at::Tensor> places;
  for (int step = 1; step <= 10; ++step) {
    optimiser->zero_grad();
    steepness(x).backward();
    optimiser->step();
    if (step == 1 || step == 5 || step == 10) places.push_back(x.detach().clone());
  }
  return torch::stack(places).to(torch::kFloat);
}

TEST_CASE("every optimiser walks as Python's does", "[reference][optimiser]") {
  const auto fixture = reference::read_fixture("optimisers");
  for (const auto& entry : optimisers()) {
    INFO(std::string(entry.name));
    CHECK(kWalks.contains(std::string(entry.name)));
  }
  for (const auto& [name, walk] : kWalks) {
    INFO(name);
    CHECK(reference::largest_difference(walked(walk), fixture.at(name)) < 1e-6);
  }
}

}  // namespace
}  // namespace pincel::optimiser_reference_test
