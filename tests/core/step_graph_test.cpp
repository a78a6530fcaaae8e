// SPDX-License-Identifier: MIT
#include "core/step_graph.h"

#include <torch/torch.h>

#include <stdexcept>

#include "core/ops/cuda_kernels.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::step_graph_test {
namespace {

constexpr auto kCpu = at::kCPU;

TEST_CASE("work is done once a run, and recorded after a few runs with one key") {
  StepGraph graph(kCpu, true);
  int times = 0;
  for (int i = 1; i <= 10; ++i) {
    graph.run({1}, [&] { ++times; });
    CHECK(times == i);
  }
  CHECK(graph.recordings() == 1);
  CHECK(graph.replays() == 7);
}

TEST_CASE("what a graph depends on changes: it is recorded anew") {
  StepGraph graph(kCpu, true);
  int seen = 0;
  for (const std::int64_t key : {1, 1, 1, 1, 2, 2, 2, 2, 2, 1}) {
    graph.run({key}, [&seen, key] { seen = static_cast<int>(key); });
    CHECK(seen == key);
  }
  CHECK(graph.recordings() == 2);
  CHECK(graph.replays() == 3);
}

TEST_CASE("a key that never stays is never recorded") {
  StepGraph graph(kCpu, true);
  int times = 0;
  for (std::int64_t i = 0; i < 8; ++i) graph.run({i}, [&] { ++times; });
  CHECK(times == 8);
  CHECK(graph.recordings() == 0);
}

TEST_CASE("nobody wishes it, or something is in the way: the work is done as it is") {
  StepGraph unwished(kCpu, false);
  StepGraph hindered(kCpu, true);
  hindered.turn_off("loss x decides on the host");
  CHECK(hindered.take_problem() == "loss x decides on the host");
  CHECK(hindered.take_problem().empty());
  int times = 0;
  for (int i = 0; i < 6; ++i) {
    unwished.run({1}, [&] { ++times; });
    hindered.run({1}, [&] { ++times; });
  }
  CHECK(times == 12);
  CHECK(unwished.recordings() + hindered.recordings() == 0);
}

TEST_CASE("what goes wrong in the work is the caller's to see, and the next run is a fresh one") {
  StepGraph graph(kCpu, true);
  const auto fails = [] { throw std::runtime_error("no"); };
  CHECK_THROWS_AS(graph.run({1}, fails), std::runtime_error);
  int times = 0;
  for (int i = 0; i < 5; ++i) graph.run({1}, [&] { ++times; });
  CHECK(times == 5);
  graph.forget();
  CHECK_THROWS_AS(graph.run({1}, fails), std::runtime_error);
}

TEST_CASE("a recorded step on a GPU gives the same numbers as the plain one", "[cuda]") {
  if (!has_cuda() || !ops::has_cuda_kernels()) SKIP("no GPU");
  const auto floats = torch::TensorOptions().device(at::kCUDA);
  const auto run = [&](bool is_wished) {
    StepGraph graph({at::kCUDA, 0}, is_wished);
    auto x = torch::linspace(-1, 1, 1024, floats).view({32, 32}).requires_grad_(true);
    auto input = torch::zeros({32, 32}, floats);
    at::Tensor loss;
    std::vector<float> losses;
    for (int step = 0; step < 12; ++step) {
      input.fill_(0.1 * step);
      graph.run({0}, [&] {
        if (x.grad().defined()) x.mutable_grad().zero_();
        loss = (torch::matmul(x, x) - input).square().mean();
        loss.backward();
        const torch::NoGradGuard no_grad;
        x.sub_(0.1 * x.grad());
        loss = loss.detach();
      });
      losses.push_back(loss.item<float>());
    }
    CHECK(graph.recordings() == (is_wished ? 1 : 0));
    CHECK(graph.take_problem().empty());
    return std::pair(losses, x.detach().cpu());
  };
  const auto [plain, here] = run(false);
  const auto [recorded, there] = run(true);
  CHECK(plain == recorded);
  CHECK(torch::equal(here, there));
}

TEST_CASE("work that waits for a GPU is not recorded, says so, and is done all the same",
          "[cuda]") {
  if (!has_cuda() || !ops::has_cuda_kernels()) SKIP("no GPU");
  StepGraph graph({at::kCUDA, 0}, true);
  auto x = torch::zeros({1}, torch::TensorOptions().device(at::kCUDA));
  for (int step = 1; step <= 6; ++step) {
    graph.run({0}, [&] { x.add_(x.item<float>() < 100 ? 1 : 0); });
    CHECK(x.item<float>() == static_cast<float>(step));
  }
  CHECK_FALSE(graph.is_on());
  CHECK_FALSE(graph.take_problem().empty());
}

}  // namespace
}  // namespace pincel::step_graph_test
