// SPDX-License-Identifier: MIT
// Drawer `super_resolution`: a picture of a quarter of the size, whose pixels are the parameters,
// enlarged by Real-ESRGAN's RRDB network, which makes the edges sharp. Its weights are not shipped:
// give the public RealESRGAN_x4plus.pth (or ..._anime_6B.pth; x2plus starts from half of the size).
// Options: weights (a file; required).
// Example: pincel paint "a red apple" --drawer super_resolution
//              --drawer.super_resolution.weights RealESRGAN_x4plus.pth
#include <string>
#include <utility>

#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "core/options.h"
#include "generator/pixel_drawer.h"
#include "generator/upscaler.h"

namespace pincel {
namespace {

constexpr std::int64_t kUnit = 4;  // pixels of the picture to a whole number of the small one's

struct SuperResolutionOptions {
  std::string weights;

  template <class V>
  void fields(V&& visit) {
    visit("weights", weights, "RealESRGAN_x4plus.pth or another RRDB network");
  }
};

std::int64_t round_up(std::int64_t length) { return (length + kUnit - 1) / kUnit * kUnit; }

class SuperResolutionDrawer : public PixelDrawer {
 public:
  SuperResolutionDrawer(Upscaler upscaler, const Canvas& canvas)
      : PixelDrawer(canvas, round_up(canvas.height) / upscaler.factor(),
                    round_up(canvas.width) / upscaler.factor()),
        upscaler_(std::move(upscaler)),
        height_(canvas.height),
        width_(canvas.width) {}

  at::Tensor render() const override {
    const auto full = upscaler_.enlarge(pixels());
    const auto top = (full.size(2) - height_) / 2;
    const auto left = (full.size(3) - width_) / 2;
    return ops::clamp_with_grad(full.slice(2, top, top + height_).slice(3, left, left + width_), 0,
                                1);
  }

 private:
  Upscaler upscaler_;
  std::int64_t height_, width_;  // of the picture
};

}  // namespace

OptionBox super_resolution_drawer_options() { return OptionBox::of<SuperResolutionOptions>(); }

std::unique_ptr<Drawer> make_super_resolution_drawer(const OptionBox& options,
                                                     const Canvas& canvas) {
  const auto& given = options.as<SuperResolutionOptions>();
  require(!given.weights.empty(), ExitCode::missing_input,
          "drawer super_resolution: its network was not given; name the file of "
          "RealESRGAN_x4plus.pth with --drawer.super_resolution.weights FILE");
  return std::make_unique<SuperResolutionDrawer>(Upscaler::load(given.weights, canvas.device),
                                                 canvas);
}

}  // namespace pincel
