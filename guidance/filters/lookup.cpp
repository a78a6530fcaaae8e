// SPDX-License-Identifier: MIT
// Filter `lookup`: each pixel q shows the palette's colour nearest to what was drawn, z; the
// gradient passes straight through, and z is drawn towards its colour by beta MSE(stop(q), z) +
// MSE(q, stop(z)), as codes are (van den Oord et al. 2017). The picture holds no other colour.
// Options: palette sixteen ("navy->white\8", "[red,#fa0]", "@photo.jpg"), space oklab|rgb, beta 10.
// Example: pincel paint "blue flowers" --filters lookup --filter.lookup.palette "sunset;ocean"
#include <torch/torch.h>

#include "core/ops/straight_through.h"
#include "core/palette.h"
#include "guidance/filter.h"

namespace pincel {
namespace {

struct LookupOptions {
  std::string palette = "sixteen";
  std::string space = "oklab";
  double beta = 10;

  template <class V>
  void fields(V&& visit) {
    visit("palette", palette,
          "the colours: a name, \"navy->white\\8\", \"[red,#fa0]\" or \"@photo.jpg\", joined by ;");
    visit("space", space, "where distances of colours are taken", OneOf{kColourSpaces});
    visit("beta", beta, "how strongly what is drawn keeps to the palette", Range{0, 1e4});
  }
};

class LookupFilter : public PictureFilter {
 public:
  explicit LookupFilter(const LookupOptions& options)
      : options_(options),
        palette_(palette_tensor(parse_palette(options.palette, "filter.lookup.palette"))) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& /*moment*/) const override {
    const auto palette = palette_.to(images.device());
    const auto nearest = nearest_colours(images, palette, options_.space);
    const auto shown = painted_with(palette, nearest);  // [B, 3, H, W]
    // The colours are given, so that MSE(q, stop(z)) moves nothing; it counts all the same.
    const auto apart =
        (in_colour_space(shown, options_.space) - in_colour_space(images, options_.space))
            .square()
            .mean({1, 2, 3});
    return {ops::straight_through(shown, images), options_.beta * apart + apart.detach()};
  }

 private:
  LookupOptions options_;
  at::Tensor palette_;  // [P, 3]
};

}  // namespace

OptionBox lookup_filter_options() { return OptionBox::of<LookupOptions>(); }

std::unique_ptr<PictureFilter> make_lookup_filter(const OptionBox& options) {
  return std::make_unique<LookupFilter>(options.as<LookupOptions>());
}

}  // namespace pincel
