// SPDX-License-Identifier: MIT
#include "generator/coefficient_drawer.h"

#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/tensor.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

constexpr double kCoefficientNoise = 0.05;  // root mean square of coefficients that begin as noise
constexpr double kSettled = 3;              // the same where they begin as a picture
constexpr double kLargest = 10;             // and what they are kept below
constexpr double kScale = 0.5;              // 0.075 a step at the default rate
constexpr double kLeastVariance = 1e-8;     // of a plane, whose root is divided by
constexpr double kLeastContrast = 0.05;     // of a picture to start from

at::Tensor root_mean_square(const at::Tensor& x) {  // [B, ...] -> [B, 1, ...]
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  return x.flatten(1).square().mean(1).sqrt().view(shape);
}

at::Tensor deviation(const at::Tensor& plane) {  // [B, 3, H, W] -> [B, 1, 1, 1]
  return (plane.flatten(1).var(at::IntArrayRef{1}, /*unbiased=*/true) + kLeastVariance)
      .sqrt()
      .view({-1, 1, 1, 1});
}

}  // namespace

CoefficientDrawer::CoefficientDrawer(const Canvas& canvas, std::vector<std::int64_t> shape,
                                     const CoefficientOptions& options)
    : height_(canvas.height),
      width_(canvas.width),
      colours_(options.colours, canvas.device),
      wished_contrast_(options.contrast) {
  shape.insert(shape.begin(), canvas.batch);
  const auto on_device = torch::TensorOptions().device(canvas.device);
  coefficients_ = torch::zeros(shape, on_device.requires_grad(true));
  contrast_ = torch::full({canvas.batch, 1, 1, 1}, wished_contrast_, on_device);
}

std::vector<Parameter> CoefficientDrawer::parameters() { return {{coefficients_, kScale}}; }

at::Tensor CoefficientDrawer::render() const {
  const Autocast precise(coefficients_.device(), at::kFloat);
  const auto plane = plane_of(coefficients_);
  return colours_.picture(plane * (contrast_ / deviation(plane)));
}

// What has grown large moves slowly; a size that cannot be seen need not grow for ever.
void CoefficientDrawer::project() {
  const torch::NoGradGuard no_grad;
  coefficients_.mul_((kLargest / root_mean_square(coefficients_)).clamp_max(1));
}

void CoefficientDrawer::start_from(const at::Tensor& images) {
  const torch::NoGradGuard no_grad;
  const Autocast precise(coefficients_.device(), at::kFloat);
  const auto plane = colours_.plane(fitted_to(images, height_, width_));
  const auto found = coefficients_of(plane);
  contrast_.copy_(deviation(plane).clamp_min(kLeastContrast));
  coefficients_.copy_(found * (kSettled / root_mean_square(found).clamp_min(1e-12)));
}

void CoefficientDrawer::start_from_noise(std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  coefficients_.copy_(kCoefficientNoise *
                      normal_numbers(generators, coefficients_.sizes().slice(1)));
  contrast_.fill_(wished_contrast_);
}

}  // namespace pincel
