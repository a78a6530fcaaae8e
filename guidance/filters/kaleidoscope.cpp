// SPDX-License-Identifier: MIT
// Filter `kaleidoscope`: one wedge of the picture, mirrored and turned around the middle, as
// between two mirrors: the picture has `folds` axes of symmetry. Beyond the picture's edge the
// wedge goes on mirrored. Options: folds 6, angle 90 (where the wedge that is shown begins, degrees
// against the clock). Example: pincel paint "blue flowers" --filters kaleidoscope
// --filter.kaleidoscope.folds 8
#include <torch/torch.h>

#include <numbers>

#include "guidance/filter.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct KaleidoscopeOptions {
  std::int64_t folds = 6;
  double angle = 90;

  template <class V>
  void fields(V&& visit) {
    visit("folds", folds, "axes of symmetry", Range{1, 64});
    visit("angle", angle, "where the wedge that is shown begins, degrees against the clock",
          Range{-360, 360});
  }
};

class KaleidoscopeFilter : public PictureFilter {
 public:
  explicit KaleidoscopeFilter(const KaleidoscopeOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    const auto grid = places(images).unsqueeze(0).expand({images.size(0), -1, -1, -1});
    return {F::grid_sample(images, grid,
                           F::GridSampleFuncOptions()
                               .mode(torch::kBilinear)
                               .padding_mode(torch::kReflection)
                               .align_corners(false)),
            {}};
  }
  bool is_capturable() const override { return true; }

 private:
  // Where each pixel is looked up, [H, W, 2] in grid_sample's units: x and y in [-1, 1].
  at::Tensor places(const at::Tensor& images) const {
    const double middle_x = static_cast<double>(images.size(3)) / 2;
    const double middle_y = static_cast<double>(images.size(2)) / 2;
    const auto x = torch::arange(images.size(3), images.options()) + (0.5 - middle_x);
    const auto y =
        (torch::arange(images.size(2), images.options()) + (0.5 - middle_y)).unsqueeze(1);
    const double axis = options_.angle * std::numbers::pi / 180;
    const double wedge = 2 * std::numbers::pi / static_cast<double>(options_.folds);
    const auto turned = torch::atan2(-y, x) - axis;  // rows go down, angles up
    const auto folded = torch::remainder(turned + wedge / 2, wedge) - wedge / 2;
    const auto angle = folded.abs() + axis;  // [H, W]
    const auto radius = (x.square() + y.square()).sqrt();
    return torch::stack({radius * angle.cos() / middle_x, -radius * angle.sin() / middle_y}, 2);
  }

  KaleidoscopeOptions options_;
};

}  // namespace

OptionBox kaleidoscope_filter_options() { return OptionBox::of<KaleidoscopeOptions>(); }

std::unique_ptr<PictureFilter> make_kaleidoscope_filter(const OptionBox& options) {
  return std::make_unique<KaleidoscopeFilter>(options.as<KaleidoscopeOptions>());
}

}  // namespace pincel
