// SPDX-License-Identifier: MIT
#include "core/ops/quick_gelu.h"

#include <torch/torch.h>

#include <cmath>

#include "core/ops/attention.h"
#include "core/random.h"
#include "tests/catch.h"

namespace pincel::ops::quick_gelu_test {
namespace {

TEST_CASE("the quick GELU is x sigmoid(1.702 x), there and back") {
  auto generator = make_generator(1, "gelu");
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    CAPTURE(dtype);
    const auto drawn = (torch::randn({7, 5, 33}, generator) * 20).to(dtype);
    const auto slope = torch::randn(drawn.sizes(), generator).to(dtype);
    const auto one = drawn.clone().requires_grad_(true);
    const auto two = drawn.to(at::kDouble).requires_grad_(true);
    const auto ours = quick_gelu(one);
    const auto exact = two * torch::sigmoid(1.702 * two);
    ours.backward(slope);
    exact.backward(slope.to(at::kDouble));
    CHECK(ours.scalar_type() == dtype);
    const double bound = dtype == at::kFloat ? 1e-6 : 1.0 / 250;
    CHECK(torch::allclose(ours.to(at::kDouble), exact, bound, 1e-6));
    CHECK(torch::allclose(one.grad().to(at::kDouble), two.grad(), bound, 1e-5));
  }
}

TEST_CASE("the quick GELU of the ends is finite, and of no number none") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto y = quick_gelu(torch::tensor({-1e30F, -500.0F, 500.0F, 1e30F, infinity, NAN}));
  CHECK(std::abs(y[0].item<float>()) < 1e-6F);
  CHECK(std::abs(y[1].item<float>()) < 1e-6F);
  CHECK(y[2].item<float>() == 500.0F);
  CHECK(y[3].item<float>() == 1e30F);
  CHECK(y[4].item<float>() == infinity);
  CHECK(std::isnan(y[5].item<float>()));
  CHECK(quick_gelu(torch::zeros({0, 3})).numel() == 0);
}

TEST_CASE("attention is the same with and without a gradient") {
  auto generator = make_generator(2, "attention");
  const auto q = torch::randn({2, 3, 9, 16}, generator);
  const auto k = torch::randn({2, 3, 13, 16}, generator);
  const auto v = torch::randn({2, 3, 13, 16}, generator);
  const auto fused = at::scaled_dot_product_attention(q, k, v);
  CHECK(torch::allclose(attention(q, k, v), fused, 1e-5, 1e-6));
  CHECK(torch::allclose(attention(q.clone().requires_grad_(true), k, v), fused, 1e-5, 1e-6));
  const auto causal = attention(q.slice(2, 0, 9), k.slice(2, 0, 9), v.slice(2, 0, 9), true);
  CHECK(torch::allclose(causal.select(2, 0), v.select(2, 0), 1e-5, 1e-6));
}

}  // namespace
}  // namespace pincel::ops::quick_gelu_test
