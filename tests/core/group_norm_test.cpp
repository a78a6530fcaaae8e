// SPDX-License-Identifier: MIT
#include "core/ops/group_norm.h"

#include <torch/torch.h>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::ops::group_norm_test {
namespace {

struct Case {
  std::int64_t batch, channels, height, width, groups;
};

// Of several runs of pixels, and of one that is not full; of channels that fill no vector.
constexpr Case kCases[] = {
    {1, 64, 33, 29, 32}, {2, 96, 7, 5, 32}, {3, 6, 4, 9, 3}, {2, 1, 3, 3, 1}, {1, 128, 1, 1, 32}};

GroupNorm some_norm(const Case& c, at::Generator& generator, bool silu) {
  return {.groups = c.groups,
          .epsilon = 1e-6,
          .weight = torch::rand({c.channels}, generator) + 0.5,
          .bias = torch::randn({c.channels}, generator),
          .silu = silu};
}

at::Tensor separate(const at::Tensor& x, const GroupNorm& norm) {
  const auto to = [&](const at::Tensor& t) { return t.to(x.device(), x.scalar_type()); };
  const auto y = at::group_norm(x, norm.groups, to(norm.weight), to(norm.bias), norm.epsilon);
  return norm.silu ? at::silu(y) : y;
}

// The result and the gradient.
template <class Forward>
std::pair<at::Tensor, at::Tensor> both_ways(const at::Tensor& from, const at::Tensor& slope,
                                            const Forward& forward) {
  const auto x = from.detach().clone().requires_grad_(true);
  const auto y = forward(x);
  return {y.detach(), torch::autograd::grad({y}, {x}, {slope.to(y.scalar_type())})[0]};
}

double apart(const at::Tensor& some, const at::Tensor& other) {
  return (some.to(at::kDouble) - other.to(at::kDouble)).abs().max().item<double>();
}

TEST_CASE("the group norm equals libtorch's, there and back, in any layout") {
  auto generator = make_generator(1, "norm");
  for (const Case& c : kCases) {
    for (const bool silu : {false, true}) {
      for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
        CAPTURE(c.channels, c.height, silu, static_cast<int>(format));
        const auto norm = some_norm(c, generator, silu);
        const std::vector<std::int64_t> shape = {c.batch, c.channels, c.height, c.width};
        const auto x = (torch::randn(shape, generator) * 3 + 2).contiguous(format);
        const auto slope = torch::randn(shape, generator);
        const auto ours =
            both_ways(x, slope, [&](const at::Tensor& from) { return group_norm(from, norm); });
        const auto theirs = both_ways(x.to(at::kDouble), slope,
                                      [&](const at::Tensor& from) { return separate(from, norm); });
        // A group of one or two equal numbers has no deviation to divide by but epsilon's.
        const double scale = theirs.second.abs().max().item<double>() + 1;
        CHECK(ours.first.is_contiguous(at::MemoryFormat::ChannelsLast));
        CHECK(apart(ours.first, theirs.first) < 1e-5);
        CHECK(apart(ours.second, theirs.second) < 1e-5 * scale);
      }
    }
  }
}

TEST_CASE("the group norm of bfloat16 is computed in float32") {
  auto generator = make_generator(2, "norm");
  const Case c = {2, 64, 17, 13, 32};
  const auto norm = some_norm(c, generator, true);
  const auto x = torch::randn({2, 64, 17, 13}, generator).to(at::kBFloat16);
  const auto slope = torch::randn(x.sizes(), generator).to(at::kBFloat16);
  const auto ours =
      both_ways(x, slope, [&](const at::Tensor& from) { return group_norm(from, norm); });
  const auto exact = both_ways(x.to(at::kFloat), slope,
                               [&](const at::Tensor& from) { return separate(from, norm); });
  CHECK(ours.first.scalar_type() == at::kBFloat16);
  CHECK(torch::allclose(ours.first.to(at::kFloat), exact.first, 1.0 / 256, 1e-6));
  CHECK(torch::allclose(ours.second.to(at::kFloat), exact.second, 1.0 / 128, 1e-6));
}

TEST_CASE("the gradient of the group norm is what finite differences say") {
  auto generator = make_generator(3, "norm");
  const Case c = {2, 8, 3, 4, 2};
  const auto norm = some_norm(c, generator, true);
  const auto x = torch::randn({2, 8, 3, 4}, generator);
  const auto slope = torch::randn(x.sizes(), generator);
  const auto result = [&](const at::Tensor& at) {
    return (group_norm(at, norm).to(at::kDouble) * slope).sum().item<double>();
  };
  const auto gradient =
      both_ways(x, slope, [&](const at::Tensor& from) { return group_norm(from, norm); }).second;
  for (int i = 0; i < 5; ++i) {
    const auto way = torch::randn(x.sizes(), generator);
    constexpr double kStep = 1e-2;
    const double found = (result(x + kStep * way) - result(x - kStep * way)) / (2 * kStep);
    CHECK(found == Approx((gradient * way).sum().item<double>()).epsilon(2e-3).margin(2e-3));
  }
}

TEST_CASE("a group norm far from 0 keeps its digits, and shows what is not a number") {
  auto generator = make_generator(4, "norm");
  const Case c = {1, 32, 40, 40, 32};
  auto norm = some_norm(c, generator, false);
  auto x = torch::randn({1, 32, 40, 40}, generator) + 1000;
  const auto y = group_norm(x, norm);
  CHECK(apart(y, separate(x.to(at::kDouble), norm)) < 1e-3);
  norm.silu = true;
  x[0][3][5][7] = std::numeric_limits<float>::quiet_NaN();
  const auto broken = group_norm(x, norm);
  CHECK(broken[0][3].isnan().all().item<bool>());
  CHECK(broken[0][4].isfinite().all().item<bool>());
  const auto low = group_norm(x.to(at::kBFloat16), norm);
  CHECK(low[0][3].isnan().all().item<bool>());
}

TEST_CASE("a group norm does not depend on threads or on other maps") {
  auto generator = make_generator(5, "norm");
  const Case c = {2, 64, 50, 50, 32};
  const auto norm = some_norm(c, generator, true);
  const auto x = torch::randn({2, 64, 50, 50}, generator);
  const auto slope = torch::randn(x.sizes(), generator);
  const auto run = [&](const at::Tensor& from, const at::Tensor& back) {
    return both_ways(from, back, [&](const at::Tensor& one) { return group_norm(one, norm); });
  };
  const int threads = at::get_num_threads();
  const auto all = run(x, slope);
  at::set_num_threads(1);
  const auto one = run(x, slope);
  const auto second = run(x.slice(0, 1), slope.slice(0, 1));
  at::set_num_threads(threads);
  CHECK(torch::equal(all.first, one.first));
  CHECK(torch::equal(all.second, one.second));
  CHECK(torch::equal(all.second.slice(0, 1), second.second));
}

TEST_CASE("a group norm that learns gets gradients for its weights; a wrong shape is refused") {
  auto generator = make_generator(6, "norm");
  auto norm = some_norm({1, 32, 4, 4, 32}, generator, true);
  norm.weight.requires_grad_(true);
  group_norm(torch::randn({1, 32, 4, 4}, generator), norm).sum().backward();
  CHECK(norm.weight.grad().defined());
  CHECK_THROWS(group_norm(torch::zeros({1, 16, 4, 4}), norm));
  CHECK(group_norm(torch::zeros({0, 32, 4, 4}), norm).numel() == 0);
}

TEST_CASE("the group norm of a GPU equals the CPU's", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  auto generator = make_generator(7, "norm");
  for (const Case& c : kCases) {
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      CAPTURE(c.channels, dtype);
      const auto norm = some_norm(c, generator, true);
      auto there = norm;
      there.weight = norm.weight.to(at::kCUDA);
      there.bias = norm.bias.to(at::kCUDA);
      const std::vector<std::int64_t> shape = {c.batch, c.channels, c.height, c.width};
      const auto x = torch::randn(shape, generator).to(dtype);
      const auto slope = torch::randn(shape, generator).to(dtype);
      const auto cpu =
          both_ways(x, slope, [&](const at::Tensor& from) { return group_norm(from, norm); });
      const auto gpu = both_ways(x.to(at::kCUDA), slope.to(at::kCUDA),
                                 [&](const at::Tensor& from) { return group_norm(from, there); });
      const double bound = dtype == at::kFloat ? 1e-4 : 4e-2;
      const double scale = cpu.second.abs().max().to(at::kFloat).item<double>() + 1;
      CHECK(apart(gpu.first.cpu(), cpu.first) < bound);
      CHECK(apart(gpu.second.cpu(), cpu.second) < bound * scale);
    }
  }
}

}  // namespace
}  // namespace pincel::ops::group_norm_test
