// SPDX-License-Identifier: MIT
#include "generator/pixel_drawer.h"

#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

constexpr double kDeviation = 0.25;  // of a picture's pixels

}  // namespace

PixelDrawer::PixelDrawer(const Canvas& canvas, std::int64_t height, std::int64_t width)
    : pixels_(torch::full({canvas.batch, 3, height, width}, 0.5,
                          torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

std::vector<Parameter> PixelDrawer::parameters() { return {{pixels_, kDeviation}}; }

at::Tensor PixelDrawer::pixels() const { return ops::clamp_with_grad(pixels_, 0, 1); }

void PixelDrawer::project() {
  const torch::NoGradGuard no_grad;
  pixels_.clamp_(0, 1);
}

void PixelDrawer::start_from(const at::Tensor& images) {
  const torch::NoGradGuard no_grad;
  pixels_.copy_(fitted_to(images, pixels_.size(2), pixels_.size(3)));
}

void PixelDrawer::start_from_noise(std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  pixels_.copy_(0.5 + 0.05 * normal_numbers(generators, pixels_.sizes().slice(1)));
}

}  // namespace pincel
