// SPDX-License-Identifier: MIT
// Drawer `super_resolution`: a picture of a quarter of the size, whose pixels are the parameters,
// enlarged by Real-ESRGAN's RRDB network, which makes the edges sharp. Its weights are not shipped:
// give the public RealESRGAN_x4plus.pth (or ..._anime_6B.pth; x2plus starts from half of the size).
// Options: weights (a file; required).
// Example: pincel paint "a red apple" --drawer super_resolution
//              --drawer.super_resolution.weights RealESRGAN_x4plus.pth
#include <torch/torch.h>

#include <string>

#include "core/batch_random.h"
#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "core/options.h"
#include "generator/drawer.h"
#include "generator/upscaler.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kDeviation = 0.25;  // of a picture's pixels
constexpr std::int64_t kUnit = 4;    // pixels of the picture to a whole number of the small one's

struct SuperResolutionOptions {
  std::string weights;

  template <class V>
  void fields(V&& visit) {
    visit("weights", weights, "RealESRGAN_x4plus.pth or another RRDB network");
  }
};

std::int64_t round_up(std::int64_t length) { return (length + kUnit - 1) / kUnit * kUnit; }

class SuperResolutionDrawer : public Drawer {
 public:
  SuperResolutionDrawer(const SuperResolutionOptions& options, const Canvas& canvas)
      : upscaler_(Upscaler::load(options.weights, canvas.device)),
        height_(canvas.height),
        width_(canvas.width) {
    pixels_ = torch::full({canvas.batch, 3, round_up(height_) / upscaler_.factor(),
                           round_up(width_) / upscaler_.factor()},
                          0.5, torch::TensorOptions().device(canvas.device).requires_grad(true));
  }

  std::vector<Parameter> parameters() override { return {{pixels_, kDeviation}}; }

  at::Tensor render() const override {
    const auto full = upscaler_.enlarge(ops::clamp_with_grad(pixels_, 0, 1));
    const auto top = (full.size(2) - height_) / 2;
    const auto left = (full.size(3) - width_) / 2;
    return ops::clamp_with_grad(full.slice(2, top, top + height_).slice(3, left, left + width_), 0,
                                1);
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
  Upscaler upscaler_;
  std::int64_t height_, width_;  // of the picture
  at::Tensor pixels_;            // [B, 3, h, w]
};

}  // namespace

OptionBox super_resolution_drawer_options() { return OptionBox::of<SuperResolutionOptions>(); }

std::unique_ptr<Drawer> make_super_resolution_drawer(const OptionBox& options,
                                                     const Canvas& canvas) {
  const auto& given = options.as<SuperResolutionOptions>();
  require(!given.weights.empty(), ExitCode::missing_input,
          "drawer super_resolution: its network was not given; name the file of "
          "RealESRGAN_x4plus.pth with --drawer.super_resolution.weights FILE");
  return std::make_unique<SuperResolutionDrawer>(given, canvas);
}

}  // namespace pincel
