// SPDX-License-Identifier: MIT
#include "core/ops/recompute.h"

#include <torch/torch.h>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::recompute_test {
namespace {

TEST_CASE("work that is done again on the way back has the same value and gradient") {
  auto generator = make_generator(1, "recompute");
  const auto matrix = torch::randn({16, 16}, generator);
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    const Autocast autocast(at::Device(at::kCPU), dtype);
    const auto x = torch::randn({4, 16}, generator).requires_grad_(true);
    int times = 0;
    const auto work = [&](const at::Tensor& given) {
      ++times;
      return torch::matmul(torch::matmul(given, matrix).tanh(), matrix).to(at::kFloat);
    };
    const auto plain = work(x);
    plain.square().sum().backward();
    const auto expected = x.grad().clone();
    x.mutable_grad().zero_();
    times = 0;
    const auto again = ops::recomputed(work, x);
    CHECK(torch::equal(again, plain));
    again.square().sum().backward();
    CHECK(times == 2);
    CHECK(torch::equal(x.grad(), expected));
    x.mutable_grad().zero_();
    times = 0;
    ops::recomputed(work, x, plain).square().sum().backward();
    CHECK(times == 1);
    CHECK(torch::equal(x.grad(), expected));
  }
}

TEST_CASE("a known slope is the gradient of its picture, times what comes from above") {
  const auto x = torch::zeros({2, 1, 1, 2}).requires_grad_(true);
  const auto slope = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({2, 1, 1, 2});
  const auto values = ops::with_slope(torch::tensor({5.0F, 6.0F}), x, slope);
  CHECK(torch::equal(values, torch::tensor({5.0F, 6.0F})));
  (values * torch::tensor({10.0F, 1.0F})).sum().backward();
  CHECK(torch::equal(x.grad().flatten(), torch::tensor({10.0F, 20.0F, 3.0F, 4.0F})));
}

TEST_CASE("memory is spared while somebody wishes so") {
  CHECK_FALSE(ops::spares_memory());
  {
    const ops::SparedMemory outer(true);
    CHECK(ops::spares_memory());
    {
      const ops::SparedMemory inner(false);
      CHECK_FALSE(ops::spares_memory());
    }
    CHECK(ops::spares_memory());
  }
  CHECK_FALSE(ops::spares_memory());
}

}  // namespace
}  // namespace pincel::recompute_test
