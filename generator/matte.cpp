// SPDX-License-Identifier: MIT
#include "generator/matte.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/batch_random.h"
#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "core/palette.h"
#include "generator/fractal_noise.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kMatteScale = 0.2;  // 0.03 a step at the default rate
// Coarse enough to differ from picture to picture, too coarse to be taken for paint.
constexpr FractalOptions kBackdropNoise{
    .cells = 6, .octaves = 3, .persistence = 0.7, .contrast = 1};

at::Tensor matte_of_size(const at::Tensor& matte, std::int64_t height, std::int64_t width) {
  if (matte.size(2) == height && matte.size(3) == width) return matte;
  return F::interpolate(matte, F::InterpolateFuncOptions()
                                   .size(std::vector<std::int64_t>{height, width})
                                   .mode(torch::kBilinear)
                                   .align_corners(false));
}

bool is_backdrop(const std::string& name) {
  return name == "random" || name == "grey" || name == "noise";
}

}  // namespace

Matte::Matte(const MatteOptions& options, std::vector<at::Generator> generators,
             const at::Device& device)
    : options_(options), generators_(std::move(generators)), device_(device) {
  for (const std::string& name : options.backdrops) {
    if (is_backdrop(name)) {
      kinds_.push_back({name, {}});
    } else {
      kinds_.push_back({"", parse_colour(name, "alpha_backdrops")});
    }
  }
  require(!kinds_.empty(), ExitCode::bad_value,
          "alpha_backdrops is empty, expected random, grey, noise or colours");
}

void Matte::resize(std::int64_t height, std::int64_t width) {
  const torch::NoGradGuard no_grad;
  const auto batch = static_cast<std::int64_t>(generators_.size());
  const auto shorter = std::min(height, width);
  const auto cells = options_.cells == 0 ? shorter : std::min(options_.cells, shorter);
  const auto along = [&](std::int64_t side) {
    const double scale = static_cast<double>(side) / static_cast<double>(shorter);
    return std::max<std::int64_t>(1, std::lround(scale * static_cast<double>(cells)));
  };
  const auto options = torch::TensorOptions().device(device_);
  const auto now =
      matte_.defined()
          ? matte_of_size(matte_.detach(), along(height), along(width)).clone()
          : torch::full({batch, 1, along(height), along(width)}, options_.start, options);
  matte_ = now.requires_grad_(true);
  backdrops_ = torch::full({batch, 3, height, width}, 0.5, options);
}

Parameter Matte::parameter() const { return {matte_, kMatteScale}; }

at::Tensor Matte::backdrop(at::Generator& generator) const {
  const auto random = torch::rand({4}, generator, torch::kFloat);
  const auto number =
      static_cast<std::size_t>(random[0].item<float>() * static_cast<float>(kinds_.size()));
  const Backdrop& kind = kinds_[std::min(number, kinds_.size() - 1)];
  if (kind.kind == "noise") {
    at::Generator one[] = {generator};
    return fractal_noise(kBackdropNoise, backdrops_.sizes().slice(1), one)[0];
  }
  auto colour = random.slice(0, 1);
  if (kind.kind == "grey") colour = random.slice(0, 1, 2).expand({3});
  if (kind.kind.empty()) colour = palette_tensor({kind.colour})[0];
  return colour.view({3, 1, 1}).expand({3, backdrops_.size(2), backdrops_.size(3)});
}

void Matte::begin_step() {
  const torch::NoGradGuard no_grad;
  for (std::size_t b = 0; b < generators_.size(); ++b) {
    backdrops_[static_cast<std::int64_t>(b)].copy_(backdrop(generators_[b]));
  }
}

void Matte::project() {
  const torch::NoGradGuard no_grad;
  matte_.clamp_(0, 1);
}

void Matte::cover(const at::Tensor& share) {
  const torch::NoGradGuard no_grad;
  const auto covered = at::_upsample_bilinear2d_aa(share, {matte_.size(2), matte_.size(3)}, false);
  matte_.add_((1 - matte_) * covered);
  project();
}

at::Tensor Matte::alpha(std::int64_t height, std::int64_t width) const {
  return matte_of_size(ops::clamp_with_grad(matte_, 0, 1), height, width);
}

at::Tensor Matte::in_front(const at::Tensor& images, const at::Tensor& alpha) const {
  return images * alpha + backdrops_ * (1 - alpha);
}

}  // namespace pincel
