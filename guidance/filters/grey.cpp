// SPDX-License-Identifier: MIT
// Filter `grey`: each pixel as a grey of the same luminance, 0.2126 R + 0.7152 G + 0.0722 B of the
// light it gives (Rec. 709), so that the guide judges shapes and shades alone.
// Options: amount 1 (0: nothing is taken away).
// Example: pincel paint "blue flowers" --filters grey
#include <torch/torch.h>

#include "guidance/filter.h"
#include "guidance/filters/luminance.h"

namespace pincel {
namespace {

struct GreyOptions {
  double amount = 1;

  template <class V>
  void fields(V&& visit) {
    visit("amount", amount, "share of the colour that is taken away", Range{0, 1});
  }
};

class GreyFilter : public PictureFilter {
 public:
  explicit GreyFilter(const GreyOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    return {torch::lerp(images, grey_of(images).expand_as(images), options_.amount), {}};
  }
  bool is_capturable() const override { return true; }

 private:
  GreyOptions options_;
};

}  // namespace

OptionBox grey_filter_options() { return OptionBox::of<GreyOptions>(); }

std::unique_ptr<PictureFilter> make_grey_filter(const OptionBox& options) {
  return std::make_unique<GreyFilter>(options.as<GreyOptions>());
}

}  // namespace pincel
