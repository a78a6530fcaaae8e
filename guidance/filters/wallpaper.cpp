// SPDX-License-Identifier: MIT
// Filter `wallpaper`: the picture is looked at as one of many on a wall, at a random place in each
// step: side by side, each column half a picture lower, or beside its mirror image. `edge_match`
// pixels at opposite edges are to show the same (their MSE is the filter's loss); one of the two is
// cut off, what is left fills the picture. Edges that meet their mirror image always fit.
// Options: kind none|shift|horizontal|vertical (default shift), edge_match 0.
// Example: pincel paint "blue flowers" --filters wallpaper:5 --filter.wallpaper.edge_match 8
#include <torch/torch.h>

#include "core/error.h"
#include "guidance/filter.h"
#include "guidance/filters/random_roll.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct WallpaperOptions {
  std::string kind = "shift";
  std::int64_t edge_match = 0;

  template <class V>
  void fields(V&& visit) {
    visit("kind", kind,
          "what hangs to the right: the same (none), the same half a height lower (shift), its "
          "mirror image (horizontal); vertical: that below",
          OneOf{{"none", "shift", "horizontal", "vertical"}});
    visit("edge_match", edge_match, "pixels at opposite edges that show the same; 0: none",
          Range{0, 256});
  }
};

at::Tensor mean_square(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).square().mean({1, 2, 3});  // [B]
}

// A tile stretched to H x W, its edges neighbours.
at::Tensor stretched(const at::Tensor& tile, std::int64_t height, std::int64_t width) {
  constexpr std::int64_t kReach = 2;  // of a cubic
  const auto ring = torch::pad(tile, {kReach, kReach, kReach, kReach}, "circular");
  const auto places = [&](std::int64_t length, std::int64_t from) {  // [-1, 1] is the whole ring
    const double scale = static_cast<double>(from) / static_cast<double>(length);
    const auto pixel = (torch::arange(length, tile.options()) + 0.5) * scale + kReach;
    return pixel * (2.0 / static_cast<double>(from + 2 * kReach)) - 1;
  };
  const auto x = places(width, tile.size(3)).unsqueeze(0).expand({height, width});
  const auto y = places(height, tile.size(2)).unsqueeze(1).expand({height, width});
  const auto grid = torch::stack({x, y}, 2).unsqueeze(0).expand({tile.size(0), -1, -1, -1});
  return F::grid_sample(ring, grid,
                        F::GridSampleFuncOptions()
                            .mode(torch::kBicubic)
                            .padding_mode(torch::kBorder)
                            .align_corners(false))
      .clamp(0, 1);
}

class WallpaperFilter : public PictureFilter {
 public:
  explicit WallpaperFilter(const WallpaperOptions& options) : options_(options) {}

  Filtered apply(const at::Tensor& images, const FilterMoment& moment) const override {
    Filtered tile = matched(images);
    if (moment.keys.empty()) return tile;
    const auto seen = randomly_rolled(wall(tile.images), moment);
    return {seen.slice(2, 0, images.size(2)).slice(3, 0, images.size(3)), tile.loss};
  }

 private:
  // The picture without the strips that repeat, and how far those are from doing so.
  Filtered matched(const at::Tensor& images) const {
    const auto margin = options_.edge_match;
    if (margin == 0) return {images, {}};
    require(2 * margin < std::min(images.size(2), images.size(3)), ExitCode::bad_value,
            "filter.wallpaper.edge_match: {} pixels at both edges are more than a picture of {}x{} "
            "has; expected less than half its shorter side",
            margin, images.size(3), images.size(2));
    const bool mirrors_x = options_.kind == "horizontal";
    const bool mirrors_y = options_.kind == "vertical";
    const auto height = images.size(2) - (mirrors_y ? 0 : margin);
    const auto width = images.size(3) - (mirrors_x ? 0 : margin);
    auto loss = torch::zeros({images.size(0)}, images.options());
    if (!mirrors_y) {
      loss = loss + mean_square(images.slice(2, 0, margin), images.slice(2, height));
    }
    if (!mirrors_x) {
      const auto left = images.slice(3, 0, margin).slice(2, 0, height);
      const auto met = options_.kind == "shift" ? left.roll({height / 2}, {2}) : left;
      loss = loss + mean_square(met, images.slice(3, width).slice(2, 0, height));
    }
    const auto tile = images.slice(2, 0, height).slice(3, 0, width);
    return {stretched(tile, images.size(2), images.size(3)), loss};
  }

  // The picture and what hangs beside it: this repeats without end.
  at::Tensor wall(const at::Tensor& tile) const {
    if (options_.kind == "shift") {
      return torch::cat({tile, tile.roll({tile.size(2) / 2}, {2})}, 3);
    }
    if (options_.kind == "horizontal") return torch::cat({tile, tile.flip({3})}, 3);
    if (options_.kind == "vertical") return torch::cat({tile, tile.flip({2})}, 2);
    return tile;
  }

  WallpaperOptions options_;
};

}  // namespace

OptionBox wallpaper_filter_options() { return OptionBox::of<WallpaperOptions>(); }

std::unique_ptr<PictureFilter> make_wallpaper_filter(const OptionBox& options) {
  return std::make_unique<WallpaperFilter>(options.as<WallpaperOptions>());
}

}  // namespace pincel
