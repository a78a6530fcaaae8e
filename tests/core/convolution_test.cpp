// SPDX-License-Identifier: MIT
#include "core/ops/convolution.h"

#include <torch/torch.h>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::ops::convolution_test {
namespace {

struct Case {
  std::int64_t side, stride, padding;
};
constexpr Case kCases[] = {{3, 1, 1}, {3, 2, 0}, {1, 1, 0}, {2, 1, 1}};

Convolution some_kernel(const Case& c, at::Generator& generator) {
  return {.weight = torch::randn({8, 5, c.side, c.side}, generator) / 5,
          .bias = torch::randn({8}, generator),
          .stride = c.stride,
          .padding = c.padding};
}

at::Tensor separate(const at::Tensor& x, const Convolution& kernel) {
  return at::conv2d(x, kernel.weight, kernel.bias, kernel.stride, kernel.padding);
}

TEST_CASE("a frozen convolution equals libtorch's, there and back, in any layout") {
  auto generator = make_generator(1, "convolution");
  for (const Case& c : kCases) {
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      for (const auto dtype : {at::kFloat, at::kBFloat16}) {
        CAPTURE(c.side, c.stride, static_cast<int>(format), dtype);
        const auto kernel = some_kernel(c, generator);
        const auto x = torch::randn({2, 5, 9, 12}, generator).contiguous(format);
        const auto one = x.clone().requires_grad_(true);
        const auto two = x.clone().requires_grad_(true);
        at::Tensor ours, theirs;
        {
          const Autocast autocast(x.device(), dtype);
          ours = convolution(one, kernel);
          theirs = separate(two, kernel);
        }
        REQUIRE(ours.scalar_type() == dtype);
        CHECK(torch::allclose(ours, theirs));
        const auto slope = torch::randn(ours.sizes(), generator).to(dtype);
        ours.backward(slope);
        theirs.backward(slope);
        CHECK(torch::allclose(one.grad(), two.grad(), 1e-4, 1e-5));
      }
    }
  }
}

TEST_CASE("a frozen convolution keeps nothing of what it sees; one that learns gets gradients") {
  auto generator = make_generator(2, "convolution");
  auto kernel = some_kernel(kCases[0], generator);
  const auto leaf = torch::randn({1, 5, 8, 8}, generator).requires_grad_(true);
  const auto x = leaf + 1;
  const auto y = convolution(x, kernel);
  CHECK(x.use_count() == 1);
  CHECK(x.storage().use_count() == 1);
  CHECK(y.requires_grad());
  kernel.weight.requires_grad_(true);
  convolution(x, kernel).sum().backward();
  CHECK(kernel.weight.grad().defined());
  CHECK(leaf.grad().defined());
}

TEST_CASE("four maps become the even and odd pixels of one, and gradients find their way back") {
  auto generator = make_generator(3, "convolution");
  const auto phases = torch::randn({2, 12, 4, 6}, generator).requires_grad_(true);
  const auto map = interleave_phases(phases);
  REQUIRE(map.sizes() == at::IntArrayRef({2, 3, 6, 10}));
  const auto at = [](const at::Tensor& t, int channel, int row, int column) {
    return t[1][channel][row][column].item<float>();
  };
  CHECK(at(map, 2, 4, 6) == at(phases, 2, 2, 3));
  CHECK(at(map, 2, 4, 7) == at(phases, 3 + 2, 2, 4));
  CHECK(at(map, 2, 5, 6) == at(phases, 6 + 2, 3, 3));
  CHECK(at(map, 2, 5, 7) == at(phases, 9 + 2, 3, 4));
  const auto slope = torch::randn(map.sizes(), generator);
  map.backward(slope);
  // It is linear: <gradient, phases> = <slope, map>, and rows that nobody uses get nothing.
  CHECK((phases.grad() * phases).sum().item<double>() ==
        Approx((slope * map).sum().item<double>()).margin(1e-3));
  CHECK(phases.grad().slice(1, 0, 3).select(2, 3).abs().max().item<float>() == 0);
  CHECK(phases.grad().slice(1, 9, 12).select(3, 0).abs().max().item<float>() == 0);
  CHECK_THROWS(interleave_phases(torch::zeros({1, 3, 4, 4})));
}

}  // namespace
}  // namespace pincel::ops::convolution_test
