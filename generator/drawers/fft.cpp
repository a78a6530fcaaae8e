// SPDX-License-Identifier: MIT
// Drawer `fft`: a sum of waves, each a parameter; waves of high frequency start faint, so that
// shapes come before grain (Olah, Mordvintsev and Schubert 2017). Needs no weights. Under a small
// guide it stays greyish: `decay 2.5`, `contrast 2`, `colours 3` paint larger, fuller shapes. For
// smoother areas add `--losses smoothness`.
// Options: decay 1.5, how fast waves grow fainter with frequency; colours 1.5; contrast 0.9.
// Example: pincel paint "a red apple" --drawer fft --drawer.fft.decay 1.2
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "generator/coefficient_drawer.h"

namespace pincel {
namespace {

struct FftOptions : CoefficientOptions {
  double decay = 1.5;

  template <class V>
  void fields(V&& visit) {
    visit("decay", decay, "power of the frequency by which a wave is divided", Range{0, 4});
    CoefficientOptions::fields(visit);
  }
};

class FftDrawer : public CoefficientDrawer {
 public:
  FftDrawer(const FftOptions& options, const Canvas& canvas)
      : CoefficientDrawer(canvas, {3, canvas.height, canvas.width / 2 + 1, 2}, options),
        height_(canvas.height),
        width_(canvas.width),
        loudness_(loudness(options.decay, canvas)) {}

 protected:
  at::Tensor plane_of(const at::Tensor& waves) const override {
    return at::fft_irfft2(at::view_as_complex(waves * loudness_), at::IntArrayRef{height_, width_},
                          at::IntArrayRef{-2, -1}, "ortho");
  }

  at::Tensor coefficients_of(const at::Tensor& plane) const override {
    const auto waves = at::fft_rfft2(plane, std::nullopt, at::IntArrayRef{-2, -1}, "ortho");
    return at::view_as_real(waves) / loudness_;
  }

 private:
  // sqrt(H W) / max(f, 4 / max(H, W))^decay, f in waves a pixel.
  static at::Tensor loudness(double decay, const Canvas& canvas) {
    const auto kind = torch::TensorOptions().dtype(torch::kFloat64);
    const auto up = at::fft_fftfreq(canvas.height, 1.0, kind).view({-1, 1});
    const auto along = at::fft_rfftfreq(canvas.width, 1.0, kind).view({1, -1});
    const double least = 4.0 / static_cast<double>(std::max(canvas.height, canvas.width));
    const auto frequency = (up.square() + along.square()).sqrt().clamp_min(least);
    const double area = static_cast<double>(canvas.height * canvas.width);
    return (std::sqrt(area) * frequency.pow(-decay))
        .unsqueeze(-1)
        .to(torch::kFloat)
        .to(canvas.device);
  }

  std::int64_t height_, width_;
  at::Tensor loudness_;  // [H, W / 2 + 1, 1]
};

}  // namespace

OptionBox fft_drawer_options() { return OptionBox::of<FftOptions>(); }

std::unique_ptr<Drawer> make_fft_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<FftDrawer>(options.as<FftOptions>(), canvas);
}

}  // namespace pincel
