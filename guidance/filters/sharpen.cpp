// SPDX-License-Identifier: MIT
// Filter `sharpen`: an unsharp mask, x + amount (x - blurred x), edges repeated, within [0, 1].
// Options: amount 0.7, sigma 1 (of the blur, percent of the shorter side).
// Example: pincel paint "blue flowers" --filters sharpen --filter.sharpen.amount 1.5
#include <torch/torch.h>

#include <algorithm>

#include "core/ops/clamp_with_grad.h"
#include "guidance/filter.h"
#include "guidance/filters/gaussian.h"

namespace pincel {
namespace {

struct SharpenOptions {
  double amount = 0.7;
  double sigma = 1;

  template <class V>
  void fields(V&& visit) {
    visit("amount", amount, "how much of what a blur takes away is added", Range{0, 10});
    visit("sigma", sigma, "standard deviation of the blur, percent of the shorter side",
          Range{0, 25});
  }
};

class SharpenFilter : public PictureFilter {
 public:
  explicit SharpenFilter(const SharpenOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    const auto side = static_cast<double>(std::min(images.size(2), images.size(3)));
    const auto soft = gaussian_blurred(images, options_.sigma / 100 * side);
    return {ops::clamp_with_grad(images + options_.amount * (images - soft), 0, 1), {}};
  }
  bool is_capturable() const override { return true; }

 private:
  SharpenOptions options_;
};

}  // namespace

OptionBox sharpen_filter_options() { return OptionBox::of<SharpenOptions>(); }

std::unique_ptr<PictureFilter> make_sharpen_filter(const OptionBox& options) {
  return std::make_unique<SharpenFilter>(options.as<SharpenOptions>());
}

}  // namespace pincel
