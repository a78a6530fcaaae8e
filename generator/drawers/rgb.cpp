// SPDX-License-Identifier: MIT
// Drawer `rgb`: every pixel is a parameter; what comes out shows what the guide alone wants to see.
// Options: cells 0; 40 draws 40 squares along the shorter side, as coarse pixel art.
// Example: pincel paint "a red apple" --drawer rgb --drawer.rgb.cells 40
#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "core/options.h"
#include "generator/cell_grid.h"
#include "generator/drawer.h"

namespace pincel {
namespace {

constexpr double kDeviation = 0.25;  // of a picture's pixels

namespace F = torch::nn::functional;

struct RgbOptions {
  std::int64_t cells = 0;

  template <class V>
  void fields(V&& visit) {
    visit("cells", cells, "squares along the shorter side; 0: every pixel for itself",
          Range{0, 8192});
  }
};

class RgbDrawer : public Drawer {
 public:
  RgbDrawer(const RgbOptions& options, const Canvas& canvas) : size_{canvas.height, canvas.width} {
    const auto grid = cell_grid(canvas.height, canvas.width, options.cells);
    pixels_ = torch::full({canvas.batch, 3, grid.height, grid.width}, 0.5,
                          torch::TensorOptions().device(canvas.device).requires_grad(true));
  }

  std::vector<Parameter> parameters() override { return {{pixels_, kDeviation}}; }

  at::Tensor render() const override {
    const auto drawn = ops::clamp_with_grad(pixels_, 0, 1);
    if (drawn.sizes().slice(2) == at::IntArrayRef(size_)) return drawn;
    return F::interpolate(drawn, F::InterpolateFuncOptions().size(size_).mode(torch::kNearest));
  }

  bool is_capturable() const override { return true; }

  void project() override {
    const torch::NoGradGuard no_grad;
    pixels_.clamp_(0, 1);
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
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
  std::vector<std::int64_t> size_;  // of the picture
  at::Tensor pixels_;               // [B, 3, h, w], a cell each
};

}  // namespace

OptionBox rgb_drawer_options() { return OptionBox::of<RgbOptions>(); }

std::unique_ptr<Drawer> make_rgb_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<RgbDrawer>(options.as<RgbOptions>(), canvas);
}

}  // namespace pincel
