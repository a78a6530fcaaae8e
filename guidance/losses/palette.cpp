// SPDX-License-Identifier: MIT
// Loss `palette`: mean over the pixels of how far each lies from the nearest colour of a palette,
// as a straight line in RGB: 0 for a picture of these colours alone, at most sqrt(3).
// Options: colours: a name, a ramp "black->navy", a list "[navy, #fa0]", "@photo.jpg", joined by
// ';' (core/palette.h).
// Example: --losses palette:1 --loss.palette.colours "[#14213d, #fca311, white]"
#include "core/palette.h"

#include <torch/torch.h>

#include "core/error.h"
#include "guidance/clip.h"
#include "guidance/loss.h"

namespace pincel {
namespace {

struct PaletteOptions {
  std::string colours;

  template <class V>
  void fields(V&& visit) {
    visit("colours", colours,
          "palette: a name, \"black->navy\", \"[navy, #fa0]\" or @picture, joined by ';'");
  }
};

class PaletteLoss : public Loss {
 public:
  explicit PaletteLoss(at::Tensor colours) : colours_(std::move(colours)) {}

  at::Tensor score(const Frame& frame) const override {
    const auto& image = frame.image;
    const auto wanted = painted_with(colours_, nearest_colours(image.detach(), colours_, "rgb"));
    return ((image - wanted).square().sum(1) + 1e-12).sqrt().mean({1, 2});
  }
  bool is_capturable() const override { return true; }

 private:
  at::Tensor colours_;  // [K, 3]
};

}  // namespace

OptionBox palette_loss_options() { return OptionBox::of<PaletteOptions>(); }

std::unique_ptr<Loss> make_palette_loss(const OptionBox& options, const LossContext& context) {
  const auto& given = options.as<PaletteOptions>();
  require(!given.colours.empty(), ExitCode::bad_value,
          "loss.palette.colours: no palette; give one, as in '[#14213d, #fca311, white]'");
  const auto colours = palette_tensor(parse_palette(given.colours, "loss.palette.colours"));
  return std::make_unique<PaletteLoss>(colours.to(context.guide->device()));
}

}  // namespace pincel
