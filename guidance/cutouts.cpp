// SPDX-License-Identifier: MIT
#include "guidance/cutouts.h"

#include <torch/torch.h>

#include <cmath>

#include "core/ops/mean_max_pool.h"
#include "core/tensor.h"
#include "guidance/cutout_views.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

// Uniform numbers for all views at once; what a view does not use is drawn all the same, so that
// options never shift each other's draws.
class Dice {
 public:
  Dice(std::int64_t count, at::Generator& generator) : count_(count), generator_(generator) {}

  at::Tensor uniform(double low, double high) {  // [N]
    return torch::rand({count_}, generator_, torch::kFloat) * (high - low) + low;
  }
  at::Tensor symmetric(double reach) { return uniform(-reach, reach); }
  at::Tensor chance(double p) { return (uniform(0, 1) < p).to(torch::kFloat); }
  double one() { return torch::rand({1}, generator_, torch::kFloat).item<double>(); }
  at::Generator& generator() { return generator_; }

 private:
  std::int64_t count_;
  at::Generator& generator_;
};

at::Tensor matrices(const std::vector<at::Tensor>& entries) {  // nine [N] -> [N, 3, 3]
  return torch::stack(entries, 1).view({-1, 3, 3});
}

// Rotation, shear, size and shift about the middle, in coordinates -1 ... 1. [N, 3, 3]
at::Tensor affine_maps(const CutoutOptions& o, Dice& dice) {
  const double radians = M_PI / 180;
  const auto used = dice.chance(0.7);
  const auto angle = dice.symmetric(o.degrees * radians) * used;
  const auto shear = (dice.symmetric(o.shear * radians) * used).tan();
  const auto size = 1 + dice.symmetric(o.scale) * used;
  const auto right = dice.symmetric(2 * o.translate) * used;
  const auto down = dice.symmetric(2 * o.translate) * used;
  const auto zero = torch::zeros_like(size);
  const auto cosine = angle.cos() * size;
  const auto sine = angle.sin() * size;
  return matrices({cosine, -sine + shear * cosine, right, sine, cosine + shear * sine, down, zero,
                   zero, torch::ones_like(size)});
}

// The projective map that takes the corners of the square to corners moved inwards. [N, 3, 3]
at::Tensor perspective_maps(const CutoutOptions& o, Dice& dice) {
  const auto used = dice.chance(0.7);
  const auto inward = [&] { return dice.uniform(0, o.perspective) * used; };
  // x and y of the four corners, clockwise from the upper left: [N, 4]
  const auto x = torch::stack({-1 + inward(), 1 - inward(), 1 - inward(), -1 + inward()}, 1);
  const auto y = torch::stack({-1 + inward(), -1 + inward(), 1 - inward(), 1 - inward()}, 1);
  const auto u = torch::tensor({-1.0F, 1.0F, 1.0F, -1.0F}).expand_as(x);
  const auto v = torch::tensor({-1.0F, -1.0F, 1.0F, 1.0F}).expand_as(x);
  const auto one = torch::ones_like(x);
  const auto zero = torch::zeros_like(x);
  const auto for_x = torch::stack({u, v, one, zero, zero, zero, -u * x, -v * x}, 2);
  const auto for_y = torch::stack({zero, zero, zero, u, v, one, -u * y, -v * y}, 2);
  const auto map =
      at::linalg_solve(torch::cat({for_x, for_y}, 1), torch::cat({x, y}, 1));  // [N, 8]
  return torch::cat({map, torch::ones({map.size(0), 1})}, 1).view({-1, 3, 3});
}

// Windows of a quarter to all of the area. [N, 3, 3]
at::Tensor zoom_maps(Dice& dice) {
  const auto size = dice.uniform(0.25, 0.95).sqrt();
  const auto right = dice.symmetric(1.0) * (1 - size);
  const auto down = dice.symmetric(1.0) * (1 - size);
  const auto zero = torch::zeros_like(size);
  return matrices({size, zero, right, zero, size, down, zero, zero, torch::ones_like(size)});
}

// Where in the picture each pixel of each view looks. maps [N, 3, 3] -> [N, S, S, 2]
at::Tensor sampling_grid(const at::Tensor& maps, std::int64_t side) {
  const auto line = (torch::arange(side, maps.options()) * 2 + 1) / side - 1;
  const auto mesh = torch::meshgrid({line, line}, "ij");
  const auto points =
      torch::stack({mesh[1], mesh[0], torch::ones_like(mesh[0])}, 2).view({1, side * side, 3});
  const auto moved = torch::matmul(points, maps.transpose(1, 2));  // [N, S * S, 3]
  return (moved.slice(2, 0, 2) / moved.slice(2, 2, 3)).view({-1, side, side, 2});
}

// Brightness, contrast, saturation and a turn of the hue, as one affine map of colours per view.
at::Tensor colour_jittered(const at::Tensor& views, const CutoutOptions& o, Dice& dice) {
  const auto used = dice.chance(0.7);
  const auto each = [&](const at::Tensor& numbers) {
    return numbers.view({-1, 1, 1, 1}).to(views.device());
  };
  const auto bright = each(1 + dice.symmetric(o.jitter) * used);
  const auto contrast = each(1 + dice.symmetric(o.jitter) * used);
  const auto saturation = each(1 + dice.symmetric(o.jitter) * used);
  const auto hue = dice.symmetric(o.jitter * M_PI) * used;
  if (o.jitter == 0) return views;
  const auto lit = views * bright;
  const auto mean = lit.mean({1, 2, 3}, true);
  const auto stretched = (lit - mean) * contrast + mean;
  const auto weights =
      torch::tensor({0.299F, 0.587F, 0.114F}).view({1, 3, 1, 1}).to(views.device());
  const auto grey = (stretched * weights).sum(1, true);
  const auto rich = (stretched - grey) * saturation + grey;
  // Turn about the grey axis: Rodrigues' formula.
  const auto cosine = hue.cos();
  const auto along = (1 - cosine) / 3;
  const auto across = hue.sin() / std::sqrt(3.0);
  const auto a = cosine + along;
  const auto b = along - across;
  const auto c = along + across;
  const auto turn =
      torch::stack({a, b, c, c, a, b, b, c, a}, 1).view({-1, 3, 3}).to(views.device());
  return torch::einsum("nij,njhw->nihw", {turn, rich}).clamp(0, 1);
}

// One rectangle, a tenth to four tenths of the area, the same in all views.
at::Tensor erased(const at::Tensor& views, const CutoutOptions& o, Dice& dice) {
  const bool used = dice.one() < o.erasing;
  const double area = 0.1 + 0.3 * dice.one();
  const double ratio = std::exp(std::log(0.3) + (std::log(3.3) - std::log(0.3)) * dice.one());
  const double top_share = dice.one();
  const double left_share = dice.one();
  if (!used) return views;
  const auto side = views.size(2);
  const auto length = [&](double share) {
    return std::min(side,
                    static_cast<std::int64_t>(std::lround(share * static_cast<double>(side))));
  };
  const auto height = length(std::sqrt(area * ratio));
  const auto width = length(std::sqrt(area / ratio));
  const auto top = static_cast<std::int64_t>(top_share * static_cast<double>(side - height + 1));
  const auto left = static_cast<std::int64_t>(left_share * static_cast<double>(side - width + 1));
  auto keep = torch::ones({1, 1, side, side}, views.options());
  keep.slice(2, top, std::min(side, top + height)).slice(3, left, std::min(side, left + width)) = 0;
  return views * keep;
}

}  // namespace

at::Tensor pooled(const at::Tensor& image, std::int64_t side) {
  const std::vector<std::int64_t> size = {side, side};
  if (image.size(2) == side && image.size(3) == side) return image;
  if (image.size(2) < side || image.size(3) < side) {
    return F::interpolate(
        image, F::InterpolateFuncOptions().size(size).mode(torch::kBilinear).align_corners(false));
  }
  return ops::mean_max_pool(image, side);
}

at::Tensor make_cutouts(const at::Tensor& image, std::int64_t side, const CutoutOptions& options,
                        at::Generator& generator) {
  expect_shape(image, {1, 3, -1, -1}, "image");
  const auto count = options.count;
  Dice dice(count, generator);
  const auto order = torch::arange(count, torch::kFloat);
  const auto plain = (order < options.plain * static_cast<double>(count)).view({-1, 1, 1});
  const auto zoomed = (order >= (1 - options.zoom) * static_cast<double>(count)).view({-1, 1, 1});
  const auto warp = torch::matmul(affine_maps(options, dice), perspective_maps(options, dice));
  const auto straight = torch::eye(3).expand({count, 3, 3});
  const auto closer = torch::matmul(zoom_maps(dice), warp);
  const auto maps = torch::where(zoomed, closer, torch::where(plain, straight, warp));
  // Whole views look at the pooled picture, parts at twice its resolution.
  const auto whole = pooled(image, side);
  const auto grid = sampling_grid(maps, side).to(image.device());
  const auto look = F::GridSampleFuncOptions()
                        .mode(torch::kBilinear)
                        .padding_mode(torch::kReflection)
                        .align_corners(false);
  const auto parts = static_cast<std::int64_t>(zoomed.sum().item<std::int64_t>());
  auto views = F::grid_sample(whole.expand({count - parts, 3, side, side}),
                              grid.slice(0, 0, count - parts), look);
  if (parts > 0) {
    const auto fine =
        image.size(2) > 2 * side || image.size(3) > 2 * side ? pooled(image, 2 * side) : image;
    views = torch::cat({views, F::grid_sample(fine.expand({parts, -1, -1, -1}),
                                              grid.slice(0, count - parts), look)});
  }
  views = erased(colour_jittered(views, options, dice), options, dice);
  const auto strength = dice.uniform(0, options.noise).view({-1, 1, 1, 1});
  const auto noise = torch::randn({count, 3, side, side}, generator, torch::kFloat) * strength;
  return views + noise.to(image.device());
}

at::Tensor make_cutouts(const at::Tensor& images, const ops::ViewFormat& format,
                        const CutoutOptions& options, std::span<const CutoutKey> keys) {
  expect_shape(images, {static_cast<std::int64_t>(keys.size()), 3, -1, -1}, "images");
  const auto side = format.side;
  const auto parts = part_count(options);
  std::vector<ops::CutoutView> wholes;
  std::vector<ops::CutoutView> closer;
  for (const CutoutKey& key : keys) {
    const auto views = draw_views(options, key, side);
    const auto middle = views.end() - parts;
    wholes.insert(wholes.end(), views.begin(), middle);
    closer.insert(closer.end(), middle, views.end());
  }
  // Whole views look at the pooled picture, parts at twice its resolution.
  const auto seen = ops::sample_cutouts(pooled(images, side), wholes, format);
  if (parts == 0) return seen;
  const bool is_large = images.size(2) > 2 * side || images.size(3) > 2 * side;
  const auto fine =
      ops::sample_cutouts(is_large ? pooled(images, 2 * side) : images, closer, format);
  const auto per_picture = [&](const at::Tensor& views) {
    return views.view({images.size(0), -1, 3, side, side});
  };
  return torch::cat({per_picture(seen), per_picture(fine)}, 1).flatten(0, 1);
}

at::Tensor make_cutouts(const at::Tensor& images, std::int64_t side, const CutoutOptions& options,
                        std::span<const CutoutKey> keys) {
  return make_cutouts(images, ops::ViewFormat{.side = side}, options, keys);
}

}  // namespace pincel
