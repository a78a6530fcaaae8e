// SPDX-License-Identifier: MIT
// Start `gradient`: colours that pass into each other evenly, from side to side or from the middle
// outwards.
// Options: colours (a palette as "navy->white" or "[red,#fa0,white]"; empty: two random ones), kind
// linear|radial, angle -1 (of a linear one, in degrees: 0 to the right, 90 down; -1: random).
// Example: pincel paint "a sunset" --init gradient --init.gradient.colours "[#14213d,#fca311]"
//              --init.gradient.angle 90
#include <torch/torch.h>

#include <algorithm>
#include <numbers>
#include <string>

#include "core/batch_random.h"
#include "core/options.h"
#include "core/palette.h"
#include "generator/start.h"

namespace pincel {
namespace {

struct GradientOptions {
  std::string colours;
  std::string kind = "linear";
  double angle = -1;

  template <class V>
  void fields(V&& visit) {
    visit(
        "colours", colours,
        "a palette by name, \"black->navy\", \"[red,white]\", @photo.jpg; empty: two random ones");
    visit("kind", kind, "from side to side, or from the middle outwards",
          OneOf{{"linear", "radial"}});
    visit("angle", angle, "degrees: 0 to the right, 90 down; -1: random", Range{-1, 360});
  }
};

class GradientStart : public Start {
 public:
  explicit GradientStart(const GradientOptions& options) : options_(options) {
    if (options.colours.empty()) return;
    palette_ = palette_tensor(parse_palette(options.colours, "init.gradient.colours"));
  }

  at::Tensor draw(const StartCanvas& canvas) const override {
    const auto random = uniform_numbers(canvas.generators, {7});  // [B, 7]
    const auto b = random.size(0);
    const auto colours = palette_.defined() ? palette_.unsqueeze(0).expand({b, -1, -1})
                                            : random.slice(1, 0, 6).view({b, 2, 3});
    const auto last = colours.size(1) - 1;
    const auto place = (way(canvas, random.select(1, 6)) * static_cast<double>(last)).flatten(1);
    const auto before = place.floor().clamp(0, std::max<std::int64_t>(0, last - 1));
    const auto share = (place - before).unsqueeze(2);  // [B, H W, 1]
    const auto colour = [&](const at::Tensor& number) {
      return colours.gather(1, number.to(torch::kLong).unsqueeze(2).expand({-1, -1, 3}));
    };
    const auto mixed = torch::lerp(colour(before), colour((before + 1).clamp_max(last)),
                                   share.expand({-1, -1, 3}));
    return mixed.transpose(1, 2).reshape({b, 3, canvas.height, canvas.width}).clamp(0, 1);
  }

 private:
  // How far along each pixel lies: 0 and 1 at the two corners that are farthest apart, or in the
  // middle and at the corners. [B, H, W]
  at::Tensor way(const StartCanvas& canvas, const at::Tensor& random) const {
    const auto x =
        torch::arange(canvas.width, torch::kFloat) - static_cast<double>(canvas.width - 1) / 2;
    const auto y =
        (torch::arange(canvas.height, torch::kFloat) - static_cast<double>(canvas.height - 1) / 2)
            .unsqueeze(1);
    if (options_.kind == "radial") {
      const auto distance = (x.square() + y.square()).sqrt();
      return (distance / distance.amax().clamp_min(1e-6)).expand({random.size(0), -1, -1});
    }
    const auto angle = options_.angle < 0
                           ? 2 * std::numbers::pi * random
                           : torch::full_like(random, options_.angle * std::numbers::pi / 180);
    const auto turned = angle.view({-1, 1, 1});
    const auto along = x * turned.cos() + y * turned.sin();  // [B, H, W]
    const auto farthest = along.amax({1, 2}, true).clamp_min(1e-6);
    return (along / farthest + 1) / 2;
  }

  GradientOptions options_;
  at::Tensor palette_;  // [P, 3]; undefined: random colours
};

}  // namespace

OptionBox gradient_start_options() { return OptionBox::of<GradientOptions>(); }

std::unique_ptr<Start> make_gradient_start(const OptionBox& options) {
  return std::make_unique<GradientStart>(options.as<GradientOptions>());
}

}  // namespace pincel
