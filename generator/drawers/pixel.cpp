// SPDX-License-Identifier: MIT
// Drawer `pixel`: a grid of cells of one colour each, as in pixel art, tiles or knitting. Needs no
// weights; leaves the cells as an SVG beside the picture.
// Options: type rect|rectshift|hex|tri|diamond|knit, cells 0 (along the shorter side; 0: 45 in wide
// pictures, else 40), alpha false (cells may be transparent), paper white (what lies under them).
// Example: pincel paint "a red apple" --drawer pixel --drawer.pixel.type hex
#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "core/ops/rasteriser.h"
#include "core/options.h"
#include "core/palette.h"
#include "core/svg.h"
#include "generator/cell_shapes.h"
#include "generator/drawer.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kCellColourScale = 0.2;  // 0.03 a step at the default rate

struct PixelOptions {
  std::string type = "rect";
  std::int64_t cells = 0;
  bool alpha = false;
  std::string paper = "white";

  template <class V>
  void fields(V&& visit) {
    visit("type", type, "shape of a cell", OneOf{kCellKinds});
    visit("cells", cells, "along the shorter side; 0: 45 in wide pictures, else 40",
          Range{0, 8192});
    visit("alpha", alpha, "whether cells may be transparent");
    visit("paper", paper, "colour that lies under them");
  }
};

std::int64_t cell_count(const PixelOptions& options, const Canvas& canvas) {
  if (options.cells > 0) return options.cells;
  return 3 * canvas.width > 4 * canvas.height ? 45 : 40;
}

class GridDrawer : public Drawer {
 public:
  GridDrawer(const PixelOptions& options, const Canvas& canvas)
      : height_(canvas.height), width_(canvas.width), has_alpha_(options.alpha) {
    const auto cells = cell_shapes({.kind = options.type,
                                    .height = canvas.height,
                                    .width = canvas.width,
                                    .cells = cell_count(options, canvas)});
    points_ = cells.to(canvas.device).expand({canvas.batch, -1, -1, -1}).contiguous();
    colours_ = torch::full({canvas.batch, cells.size(0), has_alpha_ ? 4 : 3}, 0.5,
                           torch::TensorOptions().device(canvas.device).requires_grad(true));
    const auto paper = parse_colour(options.paper, "drawer.pixel.paper");
    paper_ = torch::tensor({paper[0], paper[1], paper[2]}, torch::kFloat).to(canvas.device);
  }

  std::vector<Parameter> parameters() override { return {{colours_, kCellColourScale}}; }

  at::Tensor render() const override {
    return ops::clamp_with_grad(ops::paint_polygons(paper(), cells()), 0, 1);
  }

  void project() override {
    const torch::NoGradGuard no_grad;
    colours_.clamp_(0, 1);
  }

  // The mean of each cell: the gradient of a cell's colour is what is asked of its pixels, each by
  // its share.
  void start_from(const at::Tensor& images) override {
    const auto fitted = fitted_to(images.detach().to(colours_.options()), height_, width_)
                            .expand({colours_.size(0), -1, -1, -1});
    const torch::AutoGradMode with_grad(true);
    const auto opaque =
        torch::ones({points_.size(0), points_.size(1), 4}, paper_.options()).requires_grad_(true);
    const auto seen = ops::paint_polygons(paper(), {points_, opaque, true});
    const auto sum = torch::autograd::grad({seen}, {opaque}, {fitted}, /*retain_graph=*/true)[0];
    const auto area = torch::autograd::grad({seen}, {opaque}, {torch::ones_like(fitted)})[0];
    const torch::NoGradGuard no_grad;
    colours_.fill_(1);
    colours_.slice(2, 0, 3).copy_(sum.slice(2, 0, 3) / area.slice(2, 0, 3).clamp_min(1e-3));
    project();
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    const torch::NoGradGuard no_grad;
    colours_.copy_(0.5 + 0.05 * normal_numbers(generators, colours_.sizes().slice(1)));
    if (has_alpha_) colours_.select(2, 3).add_(0.4);
    project();
  }

  std::string svg(std::int64_t picture) const override {
    const torch::NoGradGuard no_grad;
    Svg svg(height_, width_);
    svg.background(paper_);
    svg.polygons(cells(), picture);
    return svg.text();
  }

 private:
  at::Tensor paper() const {
    return paper_.view({1, 3, 1, 1}).expand({colours_.size(0), -1, height_, width_});
  }

  ops::Polygons cells() const {
    const auto drawn = ops::clamp_with_grad(colours_, 0, 1);
    return {.points = points_,
            .colours = has_alpha_ ? drawn : F::pad(drawn, F::PadFuncOptions({0, 1}).value(1)),
            .is_tiling = true};
  }

  std::int64_t height_, width_;
  bool has_alpha_;
  at::Tensor points_;   // [B, S, V, 2]
  at::Tensor colours_;  // [B, S, 3 or 4]
  at::Tensor paper_;    // [3]
};

}  // namespace

OptionBox pixel_drawer_options() { return OptionBox::of<PixelOptions>(); }

std::unique_ptr<Drawer> make_pixel_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<GridDrawer>(options.as<PixelOptions>(), canvas);
}

}  // namespace pincel
