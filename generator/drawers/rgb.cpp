// SPDX-License-Identifier: MIT
// Drawer `rgb`: every pixel is a parameter; what comes out shows what the guide alone wants to see.
// Options: none.
// Example: pincel paint "a red apple" --drawer rgb
#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "generator/drawer.h"

namespace pincel {
namespace {

constexpr double kDeviation = 0.25;  // of a picture's pixels

class RgbDrawer : public Drawer {
 public:
  explicit RgbDrawer(const Canvas& canvas)
      : pixels_(torch::full({canvas.batch, 3, canvas.height, canvas.width}, 0.5,
                            torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

  std::vector<Parameter> parameters() override { return {{pixels_, kDeviation}}; }

  at::Tensor render() const override { return ops::clamp_with_grad(pixels_, 0, 1); }

  void project() override {
    const torch::NoGradGuard no_grad;
    pixels_.clamp_(0, 1);
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
    namespace F = torch::nn::functional;
    pixels_.copy_(F::interpolate(
        images, F::InterpolateFuncOptions()
                    .size(std::vector<std::int64_t>{pixels_.size(2), pixels_.size(3)})
                    .mode(torch::kBicubic)
                    .align_corners(false)
                    .antialias(true)));
    pixels_.clamp_(0, 1);
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    const torch::NoGradGuard no_grad;
    pixels_.copy_(0.5 + 0.05 * normal_numbers(generators, pixels_.sizes().slice(1)));
  }

 private:
  at::Tensor pixels_;  // [B, 3, H, W]
};

}  // namespace

OptionBox rgb_drawer_options() { return {}; }

std::unique_ptr<Drawer> make_rgb_drawer(const OptionBox& /*options*/, const Canvas& canvas) {
  return std::make_unique<RgbDrawer>(canvas);
}

}  // namespace pincel
