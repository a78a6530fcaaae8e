// SPDX-License-Identifier: MIT
// Drawer `dwt`: a sum of wavelets, each a parameter: strokes of all sizes, each at one place. The
// coarser start louder, so that shapes come before grain. Needs no weights. Under a small guide
// `sharp 0`, `contrast 2`, `colours 3` paint fuller shapes; `--losses smoothness` calms them.
// Options: wavelet coif2 (haar draws blocks), sharp 0.3, colours 1.5, contrast 0.9.
// Example: pincel paint "a red apple" --drawer dwt --drawer.dwt.wavelet haar
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "generator/coefficient_drawer.h"
#include "generator/wavelets.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kLeastSide = 6;  // of the coarsest level: no filter goes round it twice

struct DwtOptions : CoefficientOptions {
  std::string wavelet = "coif2";
  double sharp = 0.3;

  template <class V>
  void fields(V&& visit) {
    visit("wavelet", wavelet, "shape of the strokes", OneOf{kWavelets});
    visit("sharp", sharp, "how loud fine wavelets start; 1: as loud as coarse ones", Range{-1, 2});
    CoefficientOptions::fields(visit);
  }
};

// How a canvas is cut into levels: sides are rounded up and the picture taken from the middle.
struct Levels {
  explicit Levels(const Canvas& canvas) {
    while (std::min(canvas.height, canvas.width) >> (count + 1) >= kLeastSide) ++count;
    const auto unit = std::int64_t{1} << count;
    height = (canvas.height + unit - 1) / unit * unit;
    width = (canvas.width + unit - 1) / unit * unit;
    top = (height - canvas.height) / 2;
    left = (width - canvas.width) / 2;
  }
  std::int64_t count = 0;
  std::int64_t height, width;  // of all coefficients
  std::int64_t top, left;      // of the picture
};

class DwtDrawer : public CoefficientDrawer {
 public:
  DwtDrawer(const DwtOptions& options, const Canvas& canvas)
      : CoefficientDrawer(canvas, {3, Levels(canvas).height, Levels(canvas).width}, options),
        height_(canvas.height),
        width_(canvas.width),
        levels_(canvas),
        transform_(options.wavelet, levels_.count, canvas.device),
        loudness_(loudness(options.sharp, levels_).to(canvas.device)) {}

 protected:
  at::Tensor plane_of(const at::Tensor& coefficients) const override {
    return transform_.plane(coefficients * loudness_)
        .slice(2, levels_.top, levels_.top + height_)
        .slice(3, levels_.left, levels_.left + width_);
  }

  at::Tensor coefficients_of(const at::Tensor& plane) const override {
    const auto full =
        F::pad(plane, F::PadFuncOptions({levels_.left, levels_.width - levels_.left - width_,
                                         levels_.top, levels_.height - levels_.top - height_})
                          .mode(torch::kReplicate));
    return transform_.coefficients(full) / loudness_;
  }

 private:
  // 4^(level (1 - sharp)), 0 the finest; what is left of the picture goes with the coarsest.
  static at::Tensor loudness(double sharp, const Levels& levels) {
    const auto map = torch::empty({levels.height, levels.width});
    for (std::int64_t level = 0; level < std::max<std::int64_t>(levels.count, 1); ++level) {
      map.slice(0, 0, levels.height >> level)
          .slice(1, 0, levels.width >> level)
          .fill_(std::pow(4.0, static_cast<double>(level) * (1 - sharp)));
    }
    return map;
  }

  std::int64_t height_, width_;  // of the picture
  Levels levels_;
  WaveletTransform transform_;
  at::Tensor loudness_;  // [H, W] of all coefficients
};

}  // namespace

OptionBox dwt_drawer_options() { return OptionBox::of<DwtOptions>(); }

std::unique_ptr<Drawer> make_dwt_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<DwtDrawer>(options.as<DwtOptions>(), canvas);
}

}  // namespace pincel
