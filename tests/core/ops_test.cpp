// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include "core/ops/clamp_with_grad.h"
#include "core/ops/nearest_code.h"
#include "core/ops/straight_through.h"
#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::ops_test {
namespace {

TEST_CASE("the nearest code is the one of least distance, the first of equals") {
  const at::Tensor codes = torch::tensor({{0.0F, 0.0F}, {1.0F, 0.0F}, {1.0F, 0.0F}});
  const at::Tensor z = torch::tensor({{0.9F, 0.1F}, {0.1F, 0.2F}, {5.0F, 0.0F}});
  const at::Tensor found = ops::nearest_code(z, codes);
  CHECK(torch::equal(found, torch::tensor({1, 0, 1}, torch::kLong)));
  CHECK(ops::nearest_code(torch::zeros({0, 2}), codes).numel() == 0);
}

TEST_CASE("the nearest code agrees with plain distances, also inside an autocast scope") {
  auto generator = make_generator(1, "codes");
  const at::Tensor codes = torch::randn({300, 8}, generator);
  const at::Tensor z = torch::randn({500, 8}, generator);
  const at::Tensor expected =
      (z.unsqueeze(1) - codes.unsqueeze(0)).square().sum(2).argmin(1);  // [500]
  CHECK(torch::equal(ops::nearest_code(z, codes), expected));
  const Autocast autocast(z.device(), at::kBFloat16);
  CHECK(torch::equal(ops::nearest_code(z, codes), expected));
}

TEST_CASE("a straight-through step gives the value and passes the gradient by it") {
  const at::Tensor value = torch::tensor({1.0F, 2.0F}).requires_grad_(true);
  const at::Tensor through = torch::tensor({5.0F, 6.0F}).requires_grad_(true);
  const at::Tensor result = ops::straight_through(value, through);
  CHECK(torch::equal(result, value));
  (result * torch::tensor({3.0F, 4.0F})).sum().backward();
  CHECK(torch::equal(through.grad(), torch::tensor({3.0F, 4.0F})));
  CHECK_FALSE(value.grad().defined());
}

TEST_CASE("a clamp with gradient lets pass what leads back into the range") {
  const at::Tensor x = torch::tensor({-0.5F, 0.5F, 1.5F, -0.5F, 1.5F}).requires_grad_(true);
  const at::Tensor gradient = torch::tensor({1.0F, 1.0F, 1.0F, -1.0F, -1.0F});
  const at::Tensor clamped = ops::clamp_with_grad(x, 0, 1);
  CHECK(torch::equal(clamped, x.clamp(0, 1)));
  clamped.backward(gradient);
  // Descent moves against the gradient: up from below 0 needs a negative one, down a positive one.
  CHECK(torch::equal(x.grad(), torch::tensor({0.0F, 1.0F, 1.0F, -1.0F, 0.0F})));
}

}  // namespace
}  // namespace pincel::ops_test
