// SPDX-License-Identifier: MIT
// Drawer `rgb`: every pixel is a parameter; what comes out shows what the guide alone wants to see.
// Options: cells 0; 40 draws 40 squares along the shorter side, as coarse pixel art.
// Example: pincel paint "a red apple" --drawer rgb --drawer.rgb.cells 40
#include <torch/torch.h>

#include "core/options.h"
#include "generator/cell_grid.h"
#include "generator/pixel_drawer.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct RgbOptions {
  std::int64_t cells = 0;

  template <class V>
  void fields(V&& visit) {
    visit("cells", cells, "squares along the shorter side; 0: every pixel for itself",
          Range{0, 8192});
  }
};

class RgbDrawer : public PixelDrawer {
 public:
  RgbDrawer(const Canvas& canvas, const CellGrid& grid)
      : PixelDrawer(canvas, grid.height, grid.width), size_{canvas.height, canvas.width} {}

  at::Tensor render() const override {
    const auto drawn = pixels();
    if (drawn.sizes().slice(2) == at::IntArrayRef(size_)) return drawn;
    return F::interpolate(drawn, F::InterpolateFuncOptions().size(size_).mode(torch::kNearest));
  }

 private:
  std::vector<std::int64_t> size_;  // of the picture; a cell is a pixel
};

}  // namespace

OptionBox rgb_drawer_options() { return OptionBox::of<RgbOptions>(); }

std::unique_ptr<Drawer> make_rgb_drawer(const OptionBox& options, const Canvas& canvas) {
  const auto cells = options.as<RgbOptions>().cells;
  return std::make_unique<RgbDrawer>(canvas, cell_grid(canvas.height, canvas.width, cells));
}

}  // namespace pincel
