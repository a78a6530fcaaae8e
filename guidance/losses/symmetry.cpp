// SPDX-License-Identifier: MIT
// Loss `symmetry`: mean squared difference between the picture and what a symmetry makes of it. A
// rotation by other than a half turn is looked at in the largest disc that the picture holds.
// Options: kind (horizontal: left and right alike; vertical: top and bottom; both; rotation), fold
// (of a rotation: 2 is a half turn, 6 a snowflake).
// Example: --losses symmetry:1 --loss.symmetry.kind rotation --loss.symmetry.fold 6
#include <torch/torch.h>

#include <cmath>
#include <numbers>

#include "guidance/loss.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct SymmetryOptions {
  std::string kind = "horizontal";
  std::int64_t fold = 4;

  template <class V>
  void fields(V&& visit) {
    visit("kind", kind, "what it is symmetrical to: left and right, top and bottom, both, turns",
          OneOf{{"horizontal", "vertical", "both", "rotation"}});
    visit("fold", fold, "rotation: how many times a full turn shows the same", Range{2, 64});
  }
};

at::Tensor apart(const at::Tensor& image, const at::Tensor& other) {
  return (image - other).square().mean({1, 2, 3});
}

// What lies at each place of the disc after a turn about the middle: where it came from, as
// grid_sample counts, and whether the place is in the disc.
struct Turn {
  at::Tensor from;    // [1, H, W, 2]
  at::Tensor inside;  // [H, W], 1 or 0
};

Turn turn_of(const at::Tensor& image, double angle) {
  const auto height = image.size(2);
  const auto width = image.size(3);
  const auto y = torch::arange(height, image.options()) - static_cast<double>(height - 1) / 2;
  const auto x = torch::arange(width, image.options()) - static_cast<double>(width - 1) / 2;
  const auto places = torch::meshgrid({y, x}, "ij");
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const auto from_x = (c * places[1] - s * places[0]) * (2 / static_cast<double>(width));
  const auto from_y = (s * places[1] + c * places[0]) * (2 / static_cast<double>(height));
  const double radius = static_cast<double>(std::min(height, width) - 1) / 2;
  const auto inside = places[0].square() + places[1].square() <= radius * radius + 1e-4;
  return {torch::stack({from_x, from_y}, 2).unsqueeze(0), inside.to(image.scalar_type())};
}

at::Tensor apart_when_turned(const at::Tensor& image, std::int64_t fold) {
  if (fold == 2) return apart(image, image.flip({2, 3}));
  const Turn turn = turn_of(image, 2 * std::numbers::pi / static_cast<double>(fold));
  const auto turned = F::grid_sample(image, turn.from.expand({image.size(0), -1, -1, -1}),
                                     F::GridSampleFuncOptions()
                                         .mode(torch::kBilinear)
                                         .padding_mode(torch::kBorder)
                                         .align_corners(false));
  const auto squares = (image - turned).square().mean(1) * turn.inside;  // [B, H, W]
  return squares.sum({1, 2}) / turn.inside.sum();
}

class SymmetryLoss : public Loss {
 public:
  explicit SymmetryLoss(SymmetryOptions options) : options_(std::move(options)) {}

  at::Tensor score(const Frame& frame) const override {
    const auto& image = frame.image;
    if (options_.kind == "horizontal") return apart(image, image.flip(3));
    if (options_.kind == "vertical") return apart(image, image.flip(2));
    if (options_.kind == "rotation") return apart_when_turned(image, options_.fold);
    return (apart(image, image.flip(3)) + apart(image, image.flip(2))) / 2;
  }
  bool is_capturable() const override { return true; }

 private:
  SymmetryOptions options_;
};

}  // namespace

OptionBox symmetry_loss_options() { return OptionBox::of<SymmetryOptions>(); }

std::unique_ptr<Loss> make_symmetry_loss(const OptionBox& options, const LossContext& /*context*/) {
  return std::make_unique<SymmetryLoss>(options.as<SymmetryOptions>());
}

}  // namespace pincel
