// SPDX-License-Identifier: MIT
// Filter `tiler`: the picture is looked at as a tile of an endless floor, rolled by a random way in
// each step, so that its edges come to fit. What is saved is not rolled. With `seamless` a VQGAN
// draws it on a ring besides: what lies beyond an edge is the opposite edge, and they fit exactly.
// Options: seamless true.
// Example: pincel paint "blue flowers" --filters tiler
#include <torch/torch.h>

#include "guidance/filter.h"
#include "guidance/filters/random_roll.h"

namespace pincel {
namespace {

struct TilerOptions {
  bool seamless = true;

  template <class V>
  void fields(V&& visit) {
    visit("seamless", seamless, "a VQGAN draws opposite edges as neighbours");
  }
};

class TilerFilter : public PictureFilter {
 public:
  explicit TilerFilter(const TilerOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& moment) const override {
    return {randomly_rolled(images, moment), {}};
  }

  bool wants_seamless() const override { return options_.seamless; }

 private:
  TilerOptions options_;
};

}  // namespace

OptionBox tiler_filter_options() { return OptionBox::of<TilerOptions>(); }

std::unique_ptr<PictureFilter> make_tiler_filter(const OptionBox& options) {
  return std::make_unique<TilerFilter>(options.as<TilerOptions>());
}

}  // namespace pincel
