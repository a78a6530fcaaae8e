// SPDX-License-Identifier: MIT
// Filter `colour_map`: the brightness of each pixel says how far to go through a palette, from its
// first colour (black) to its last (white); between two colours it goes straight.
// Options: palette (dusk: black to purple, red, gold and cream), stretch false (true: the picture's
// own darkest and lightest pixel become the ends).
// Example: pincel paint "blue flowers" --filters colour_map --filter.colour_map.palette ocean
#include <torch/torch.h>

#include "core/palette.h"
#include "guidance/filter.h"
#include "guidance/filters/luminance.h"

namespace pincel {
namespace {

struct ColourMapOptions {
  std::string palette = "black->#4b1d52->#cf4858->#f9b45a->#fff6d8";
  bool stretch = false;

  template <class V>
  void fields(V&& visit) {
    visit("palette", palette, "the colours from the darkest to the lightest pixel: any palette");
    visit("stretch", stretch, "the picture's own darkest and lightest pixel become the ends");
  }
};

class ColourMapFilter : public PictureFilter {
 public:
  explicit ColourMapFilter(const ColourMapOptions& options)
      : options_(options),
        palette_(palette_tensor(parse_palette(options.palette, "filter.colour_map.palette"))) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    auto grey = grey_of(images).squeeze(1);  // [B, H, W]
    if (options_.stretch) {
      const auto low = grey.amin({1, 2}, true);
      grey = (grey - low) / (grey.amax({1, 2}, true) - low).clamp_min(1e-3);
    }
    const auto palette = palette_.to(images.device());
    const auto last = palette.size(0) - 1;
    const auto way = grey * static_cast<double>(last);
    const auto from = way.detach().floor().clamp(0, std::max<std::int64_t>(last - 1, 0));
    const auto index = from.to(at::kLong);
    const auto below = painted_with(palette, index);
    const auto above = painted_with(palette, (index + 1).clamp_max(last));
    return {torch::lerp(below, above, (way - from).unsqueeze(1).expand_as(below)), {}};
  }

 private:
  ColourMapOptions options_;
  at::Tensor palette_;  // [P, 3]
};

}  // namespace

OptionBox colour_map_filter_options() { return OptionBox::of<ColourMapOptions>(); }

std::unique_ptr<PictureFilter> make_colour_map_filter(const OptionBox& options) {
  return std::make_unique<ColourMapFilter>(options.as<ColourMapOptions>());
}

}  // namespace pincel
