// SPDX-License-Identifier: MIT
#include "core/ops/cutout_sampler.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "core/ops/cutout_reference.h"
#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::ops::cutout_sampler_test {
namespace {

// Waves, so that neighbouring pixels differ, in colours that a jitter keeps inside the range.
at::Tensor waves(std::int64_t pictures, std::int64_t height, std::int64_t width) {
  auto generator = make_generator(5, "waves");
  const auto shape = std::vector<std::int64_t>{pictures, 3, 1, 1};
  const auto number = [&] { return torch::rand(shape, generator, torch::kFloat); };
  const auto y = torch::arange(height, torch::kFloat).view({1, 1, height, 1});
  const auto x = torch::arange(width, torch::kFloat).view({1, 1, 1, width});
  return 0.5 + 0.3 * torch::sin(y * number() * 0.6 + x * number() * 0.6 + number() * 6);
}

// Each kind of map: straight, turned, mirrored, far outside (several reflections), projective,
// tiny.
std::array<double, 9> map_of(std::int64_t kind) {
  const double c = std::cos(0.4);
  const double s = std::sin(0.4);
  const std::array<std::array<double, 9>, 6> maps = {{{1, 0, 0, 0, 1, 0, 0, 0, 1},
                                                      {c, -s, 0.2, s, c, -0.1, 0, 0, 1},
                                                      {-1, 0, 0, 0, 1, 0, 0, 0, 1},
                                                      {7, 1, 3, -1, 5, -6, 0, 0, 1},
                                                      {0.9, 0.1, 0, 0.05, 0.8, 0.1, 0.2, -0.15, 1},
                                                      {0.2, 0, 0.7, 0, 0.2, -0.7, 0, 0, 1}}};
  return maps[static_cast<std::size_t>(kind % 6)];
}

std::vector<CutoutView> views_of(std::int64_t count, std::int64_t side) {
  std::vector<CutoutView> views;
  for (std::int64_t i = 0; i < count; ++i) {
    CutoutView view;
    view.map = map_of(i);
    view.colour = {0.9, 0.05, -0.03, 0.04, 0.02, 1.1, 0.03, -0.06, -0.04, 0.1, 0.8, 0.07};
    if (i % 3 == 1) view.erased = {side / 4, side / 5, side / 2, side / 2};
    if (i % 2 == 1) view.noise = 0.02 * static_cast<double>(i);
    view.outside = static_cast<Outside>((i + i / 6) % 3);
    view.grey = 0.3;
    view.seed = 0x1234567890abcdefULL;
    view.step = 3;
    view.number = static_cast<std::uint32_t>(i);
    views.push_back(view);
  }
  return views;
}

ViewFormat format_of(std::int64_t side) {
  return {.side = side, .mean = {0.48, 0.46, 0.41}, .deviation = {0.27, 0.26, 0.28}};
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kCPU, at::kFloat) - b.to(at::kCPU, at::kFloat)).abs().max().item<double>();
}

struct Outcome {
  at::Tensor views, gradient;
};

template <class Sample>
Outcome run(const at::Tensor& image, const at::Tensor& gradient, Sample&& sample) {
  const auto leaf = image.detach().clone().requires_grad_(true);
  const auto views = sample(leaf);
  views.backward(gradient.to(views.options()));
  return {views.detach(), leaf.grad()};
}

at::Tensor some_gradient(std::int64_t views, std::int64_t side) {
  auto generator = make_generator(2, "gradient");
  return torch::randn({views, 3, side, side}, generator);
}

TEST_CASE("the sampler equals libtorch's operations one after another, there and back") {
  struct Case {
    std::int64_t pictures, height, width, side;
  };
  for (const Case& c : {Case{1, 40, 40, 40}, Case{2, 33, 47, 37}, Case{3, 1, 5, 8},
                        Case{1, 64, 64, 1}, Case{1, 20, 30, 70}}) {
    CAPTURE(c.height, c.width, c.side);
    const auto image = waves(c.pictures, c.height, c.width);
    const auto views = views_of(18 * c.pictures, c.side);
    const auto format = format_of(c.side);
    const auto gradient = some_gradient(18 * c.pictures, c.side);
    const auto ours = run(image, gradient, [&](const at::Tensor& leaf) {
      return sample_cutouts(leaf, views, format);
    });
    const auto theirs = run(image, gradient, [&](const at::Tensor& leaf) {
      return separate_cutouts(leaf, views, cutout_noise(views, c.side), format);
    });
    CHECK(apart(ours.views, theirs.views) < 1e-4);
    const double largest = theirs.gradient.abs().max().item<double>();
    CHECK(apart(ours.gradient, theirs.gradient) < 1e-4 * std::max(1.0, largest));
  }
}

TEST_CASE("the sampler's gradient is that of finite differences") {
  const auto image = waves(1, 9, 11);
  const auto views = views_of(6, 13);
  const auto format = format_of(13);
  const auto gradient = some_gradient(6, 13);
  const auto score = [&](const at::Tensor& picture) {
    return (sample_cutouts(picture, views, format).to(torch::kDouble) * gradient)
        .sum()
        .item<double>();
  };
  const auto ours =
      run(image, gradient, [&](const at::Tensor& x) { return sample_cutouts(x, views, format); });
  const double step = 1e-2;
  for (std::int64_t i = 0; i < image.numel(); i += 7) {
    auto up = image.clone();
    auto down = image.clone();
    up.view({-1})[i] += step;
    down.view({-1})[i] -= step;
    const double expected = (score(up) - score(down)) / (2 * step);
    CHECK(ours.gradient.view({-1})[i].item<double>() == Approx(expected).margin(0.02));
  }
}

TEST_CASE("a picture's views do not depend on its neighbours or on the number of threads") {
  const auto image = waves(3, 50, 45);
  const auto views = views_of(36, 41);
  const auto format = format_of(41);
  const auto gradient = some_gradient(36, 41);
  const auto sample = [&](const at::Tensor& x) { return sample_cutouts(x, views, format); };
  const auto together = run(image, gradient, sample);
  const auto second = std::span(views).subspan(12, 12);
  const int threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 3 : 1);
  const auto again = run(image, gradient, sample);
  const auto alone = run(image.slice(0, 1, 2), gradient.slice(0, 12, 24),
                         [&](const at::Tensor& x) { return sample_cutouts(x, second, format); });
  at::set_num_threads(threads);
  CHECK(torch::equal(again.views, together.views));
  CHECK(torch::equal(again.gradient, together.gradient));
  CHECK(torch::equal(alone.views, together.views.slice(0, 12, 24)));
  CHECK(torch::equal(alone.gradient, together.gradient.slice(0, 1, 2)));
}

TEST_CASE("what is clamped or erased passes no gradient, and a white picture stays white") {
  CutoutView view;
  view.erased = {0, 0, 2, 4};
  const ViewFormat format = {.side = 4};
  const auto white = torch::ones({1, 3, 4, 4});
  const auto ones = torch::ones({1, 3, 4, 4});
  const auto sample = [&](const at::Tensor& x) {
    return sample_cutouts(x, std::span(&view, 1), format);
  };
  const auto edge = run(white, ones, sample);
  CHECK(edge.views.slice(2, 0, 2).abs().max().item<double>() == 0);
  CHECK(edge.views.slice(2, 2, 4).min().item<double>() == 1);
  CHECK(torch::equal(edge.gradient.slice(2, 0, 2), torch::zeros({1, 3, 2, 4})));
  CHECK(torch::equal(edge.gradient.slice(2, 2, 4), torch::ones({1, 3, 2, 4})));
  const auto beyond = run(white * 1.5, ones, sample);
  CHECK(beyond.views.max().item<double>() == 1);
  CHECK(beyond.gradient.abs().max().item<double>() == 0);
}

TEST_CASE("what is not a number shows, in the view and in the gradient, and breaks nothing") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  auto image = waves(1, 8, 8);
  CutoutView view;
  const ViewFormat format = {.side = 8};
  image[0][1][3][3] = nan;
  CHECK(sample_cutouts(image, std::span(&view, 1), format).isnan().any().item<bool>());
  auto gradient = torch::ones({1, 3, 8, 8});
  gradient[0][0][2][2] = nan;
  const auto sample = [&](const at::Tensor& x) {
    return sample_cutouts(x, std::span(&view, 1), format);
  };
  CHECK(run(waves(1, 8, 8), gradient, sample).gradient.isnan().any().item<bool>());
  for (const double odd : {nan, std::numeric_limits<double>::infinity(), 1e30, 0.0}) {
    view.map = {odd, odd, odd, odd, odd, odd, odd, odd, odd};
    CHECK(
        run(waves(1, 8, 8), torch::ones({1, 3, 8, 8}), sample).views.isfinite().all().item<bool>());
  }
}

TEST_CASE("outside of a picture a view shows its edge, its mirror image or grey") {
  const auto image = torch::arange(4, torch::kFloat).view({1, 1, 1, 4}).expand({1, 3, 8, 4}) / 4;
  const ViewFormat format = {.side = 8};
  const auto row = [&](Outside outside) {
    CutoutView view;
    view.map[0] = 2;  // twice as wide as the picture
    view.outside = outside;
    view.grey = 1;
    return sample_cutouts(image, std::span(&view, 1), format)[0][1][3];
  };
  CHECK(apart(row(Outside::edge),
              torch::tensor({0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 0.75, 0.75}).to(at::kFloat)) < 1e-6);
  CHECK(apart(row(Outside::mirror),
              torch::tensor({0.25, 0.0, 0.0, 0.25, 0.5, 0.75, 0.75, 0.5}).to(at::kFloat)) < 1e-6);
  CHECK(apart(row(Outside::grey),
              torch::tensor({1.0, 1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0}).to(at::kFloat)) < 1e-6);
}

TEST_CASE("views come as bfloat16 too") {
  const auto image = waves(1, 40, 40);
  const auto views = views_of(6, 35);
  auto format = format_of(35);
  const auto gradient = some_gradient(6, 35).to(at::kBFloat16);
  const auto sample = [&](const at::Tensor& x) { return sample_cutouts(x, views, format); };
  const auto fine = run(image, gradient, sample);
  format.dtype = at::kBFloat16;
  const auto coarse = run(image, gradient, sample);
  CHECK(coarse.views.scalar_type() == at::kBFloat16);
  CHECK(torch::equal(coarse.views, fine.views.to(at::kBFloat16)));
  CHECK(torch::equal(coarse.gradient, fine.gradient));
}

TEST_CASE("no views are an empty tensor, and views must share out evenly") {
  CHECK(sample_cutouts(waves(2, 8, 8), {}, {.side = 8}).sizes() == at::IntArrayRef({0, 3, 8, 8}));
  CHECK_THROWS(sample_cutouts(waves(2, 8, 8), views_of(3, 8), {.side = 8}));
  CHECK_THROWS(sample_cutouts(waves(1, 8, 8), views_of(3, 8), {.side = 0}));
}

TEST_CASE("CUDA paints the same views and gradients as the CPU, and the same each time", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto image = waves(2, 61, 53);
  const auto views = views_of(24, 67);
  const auto gradient = some_gradient(24, 67);
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    auto format = format_of(67);
    format.dtype = dtype;
    const auto sample = [&](const at::Tensor& x) { return sample_cutouts(x, views, format); };
    const auto cpu = run(image, gradient, sample);
    const auto gpu = run(image.to(at::kCUDA), gradient, sample);
    CHECK(apart(cpu.views, gpu.views) < (dtype == at::kFloat ? 1e-4 : 2e-2));
    CHECK(apart(cpu.gradient, gpu.gradient) < 1e-3);
    const auto again = run(image.to(at::kCUDA), gradient, sample);
    CHECK(torch::equal(gpu.views, again.views));
    CHECK(torch::equal(gpu.gradient, again.gradient));
    const auto alone = run(image.slice(0, 1, 2).to(at::kCUDA), gradient.slice(0, 12, 24),
                           [&](const at::Tensor& x) {
                             return sample_cutouts(x, std::span(views).subspan(12), format);
                           });
    CHECK(torch::equal(alone.gradient, gpu.gradient.slice(0, 1, 2)));
  }
}

}  // namespace
}  // namespace pincel::ops::cutout_sampler_test
