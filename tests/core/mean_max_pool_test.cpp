// SPDX-License-Identifier: MIT
#include "core/ops/mean_max_pool.h"

#include <torch/torch.h>

#include "core/random.h"
#include "tests/catch.h"

namespace pincel::ops::mean_max_pool_test {
namespace {

at::Tensor separate(const at::Tensor& image, std::int64_t side) {
  return (torch::adaptive_avg_pool2d(image, {side, side}) +
          std::get<0>(torch::adaptive_max_pool2d(image, {side, side}))) /
         2;
}

TEST_CASE("pooling equals libtorch's two poolings, there and back") {
  auto generator = make_generator(1, "pool");
  struct Case {
    std::int64_t height, width, side;
  };
  for (const Case& c : {Case{12, 12, 4}, Case{33, 47, 20}, Case{9, 31, 9}, Case{6, 5, 1}}) {
    CAPTURE(c.height, c.width, c.side);
    // Few values, so that maxima are often shared.
    const auto image = torch::randint(0, 5, {2, 3, c.height, c.width}, generator).to(at::kFloat);
    const auto gradient = torch::randn({2, 3, c.side, c.side}, generator);
    const auto one = image.clone().requires_grad_(true);
    const auto two = image.clone().requires_grad_(true);
    const auto ours = mean_max_pool(one, c.side);
    const auto theirs = separate(two, c.side);
    CHECK(torch::allclose(ours, theirs, 1e-6, 1e-6));
    ours.backward(gradient);
    theirs.backward(gradient);
    CHECK(torch::allclose(one.grad(), two.grad(), 1e-5, 1e-6));
  }
}

TEST_CASE("pooling shows what is not a number, and refuses to enlarge") {
  auto image = torch::zeros({1, 1, 4, 4});
  image[0][0][0][1] = std::numeric_limits<float>::quiet_NaN();
  const auto pooled = mean_max_pool(image, 2);
  CHECK(pooled[0][0][0][0].isnan().item<bool>());
  CHECK(pooled[0][0][1][1].item<float>() == 0);
  CHECK_THROWS(mean_max_pool(image, 5));
}

}  // namespace
}  // namespace pincel::ops::mean_max_pool_test
