// SPDX-License-Identifier: MIT
// Operations that libtorch's do on a GPU, beside what this program does on a CPU. Those with
// kernels of their own are compared in the tests of their files.
#include <torch/torch.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/ops/attention.h"
#include "core/ops/clamp_with_grad.h"
#include "core/ops/convolution.h"
#include "core/ops/mean_max_pool.h"
#include "core/ops/quick_gelu.h"
#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::cuda_ops_test {
namespace {

struct Operation {
  std::string name;
  std::vector<std::int64_t> shape;
  std::function<at::Tensor(const at::Tensor&)> run;
};

at::Tensor drawn(at::IntArrayRef shape, std::uint64_t seed) {
  auto generator = make_generator(seed, "operations");
  return torch::rand(shape, generator) * 2 - 1;
}

std::vector<Operation> operations() {
  return {{"quick_gelu", {3, 5, 8}, ops::quick_gelu},
          {"clamp_with_grad",
           {2, 3, 4, 4},
           [](const at::Tensor& x) { return ops::clamp_with_grad(x, 0, 1); }},
          {"mean_max_pool",
           {2, 3, 40, 33},
           [](const at::Tensor& x) { return ops::mean_max_pool(x, 16); }},
          {"interleave_phases",
           {2, 8, 5, 6},
           [](const at::Tensor& x) { return ops::interleave_phases(x); }},
          {"attention",
           {2, 4, 9, 16},
           [](const at::Tensor& x) { return ops::attention(x, x.roll(1, 2), x.flip(2)); }},
          {"convolution", {2, 4, 9, 7}, [](const at::Tensor& x) {
             return ops::convolution(x, {.weight = drawn({6, 4, 3, 3}, 2).to(x.device()),
                                         .bias = drawn({6}, 3).to(x.device()),
                                         .padding = 1});
           }}};
}

// -> result and gradient, on the CPU
std::pair<at::Tensor, at::Tensor> done_on(const at::Device& device, const Operation& operation) {
  const auto x = drawn(operation.shape, 1).to(device).requires_grad_(true);
  const auto result = operation.run(x);
  const auto probe = drawn(result.sizes(), 4).to(device);
  (result * probe).sum().backward();
  return {result.detach().cpu(), x.grad().cpu()};
}

TEST_CASE("operations without kernels of their own are the same on a GPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  for (const auto& operation : operations()) {
    INFO(operation.name);
    const auto here = done_on(at::Device(at::kCPU), operation);
    const auto there = done_on(at::Device(at::kCUDA, 0), operation);
    CHECK(torch::allclose(here.first, there.first, 1e-3, 1e-3));
    CHECK(torch::allclose(here.second, there.second, 1e-3, 1e-3));
    const auto again = done_on(at::Device(at::kCUDA, 0), operation);
    CHECK(torch::equal(there.first, again.first));
  }
}

}  // namespace
}  // namespace pincel::cuda_ops_test
