// SPDX-License-Identifier: MIT
// Filter `blur`: the picture under a Gaussian, edges repeated. What is drawn beneath has to be
// bolder than what is asked for.
// Options: sigma 1 (standard deviation in percent of the shorter side).
// Example: pincel paint "blue flowers" --filters blur --filter.blur.sigma 2
#include <torch/torch.h>

#include <algorithm>

#include "guidance/filter.h"
#include "guidance/filters/gaussian.h"

namespace pincel {
namespace {

struct BlurOptions {
  double sigma = 1;

  template <class V>
  void fields(V&& visit) {
    visit("sigma", sigma, "standard deviation, percent of the shorter side", Range{0, 25});
  }
};

class BlurFilter : public PictureFilter {
 public:
  explicit BlurFilter(const BlurOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    const auto side = static_cast<double>(std::min(images.size(2), images.size(3)));
    return {gaussian_blurred(images, options_.sigma / 100 * side).clamp(0, 1), {}};
  }
  bool is_capturable() const override { return true; }

 private:
  BlurOptions options_;
};

}  // namespace

OptionBox blur_filter_options() { return OptionBox::of<BlurOptions>(); }

std::unique_ptr<PictureFilter> make_blur_filter(const OptionBox& options) {
  return std::make_unique<BlurFilter>(options.as<BlurOptions>());
}

}  // namespace pincel
