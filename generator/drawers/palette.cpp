// SPDX-License-Identifier: MIT
// Drawer `palette`: pixel art of few colours. Each cell has a brightness and a leaning to each of a
// number of small palettes; it shows the colour that is nearest to the brightness in its favourite
// palette, the gradient that of a mixture of them (half of it, the other half goes to the colour
// that shows). Palettes are painted, too, unless `colours` gives one. Needs no weights. Areas grow
// calmer with `--losses smoothness`.
// Options: size 5, palettes 20, colours (none), cells 0, relax straight-through|soft.
// Example: pincel paint "a red apple" --drawer palette --drawer.palette.colours "[navy,red,white]"
#include "core/palette.h"

#include <torch/torch.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "core/batch_random.h"
#include "core/ops/straight_through.h"
#include "core/options.h"
#include "core/tensor.h"
#include "generator/cell_grid.h"
#include "generator/drawer.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kValueScale = 0.13;    // 0.02 a step at the default rate
constexpr double kLeaningScale = 0.5;   // of logits
constexpr double kColourScale = 0.07;   // 0.01 a step
constexpr double kLargestLeaning = 20;  // of a logit, the least is 0
constexpr double kSure = 3;             // a logit where a picture is to start from
constexpr double kStartNoise = 0.15;    // deviation of brightness in a start from nothing
constexpr double kMargin = 1e-3;        // from the ends, where a brightness would be stuck
constexpr int kClusterRounds = 8;       // of k-means

struct PaletteOptions {
  std::int64_t size = 5;
  std::int64_t palettes = 20;
  std::string colours;
  std::int64_t cells = 0;
  std::string relax = "straight-through";

  template <class V>
  void fields(V&& visit) {
    visit("size", size, "colours in a palette", Range{2, 256});
    visit("palettes", palettes, "palettes", Range{1, 256});
    visit("colours", colours,
          "the one palette to use, unchanged: a name, \"[navy,#fa0]\", \"black->navy->white\" or "
          "\"@photo.jpg\"; empty: palettes are found");
    visit("cells", cells, "squares along the shorter side; 0: every pixel for itself",
          Range{0, 8192});
    visit("relax", relax, "what is shown: the nearest colour, or the mixture itself",
          OneOf{{"straight-through", "soft"}});
  }
};

// [..., 3] -> [..., 1], how bright a colour seems
at::Tensor brightness(const at::Tensor& colours) {
  return (colours.square() * torch::tensor({0.299, 0.587, 0.114}, colours.options())).sum(-1, true);
}

// Colours [..., S, 3], dark to light.
at::Tensor by_brightness(const at::Tensor& colours) {
  const auto order = brightness(colours.detach()).argsort(-2, false);
  return colours.gather(-2, order.expand_as(colours));
}

// Palettes [P, S, 3] for the colours [N, 3] of a picture: P hues by k-means, each cut into S even
// shares by brightness.
at::Tensor fitted_palettes(const at::Tensor& colours, std::int64_t palettes, std::int64_t size) {
  const auto hues = colours - colours.mean(1, true);  // [N, 3]
  const auto spread =
      torch::linspace(0, static_cast<double>(colours.size(0) - 1), palettes, hues.options())
          .to(torch::kLong);
  auto centres = hues.index_select(0, hues.select(1, 0).argsort(0, false).index_select(0, spread));
  at::Tensor nearest;
  for (int round = 0; round < kClusterRounds; ++round) {
    nearest = torch::cdist(hues, centres).argmin(1);
    const auto member = torch::one_hot(nearest, palettes).to(hues.scalar_type());  // [N, P]
    const auto count = member.sum(0).unsqueeze(1);                                 // [P, 1]
    centres = torch::where(count > 0, member.t().mm(hues) / count.clamp_min(1), centres);
  }
  std::vector<at::Tensor> found;
  for (std::int64_t p = 0; p < palettes; ++p) {
    auto mine = colours.index_select(0, (nearest == p).nonzero().squeeze(1));  // [n, 3]
    if (mine.size(0) == 0) mine = colours;
    mine = by_brightness(mine);
    std::vector<at::Tensor> shares;
    for (std::int64_t s = 0; s < size; ++s) {
      const auto first = std::min(s * mine.size(0) / size, mine.size(0) - 1);
      const auto last = std::max((s + 1) * mine.size(0) / size, first + 1);
      shares.push_back(mine.slice(0, first, last).mean(0));
    }
    found.push_back(torch::stack(shares));
  }
  return torch::stack(found);
}

class PaletteDrawer : public Drawer {
 public:
  PaletteDrawer(const PaletteOptions& options, const Canvas& canvas)
      : size_{canvas.height, canvas.width},
        is_soft_(options.relax == "soft"),
        is_given_(!options.colours.empty()) {
    const auto grid = cell_grid(canvas.height, canvas.width, options.cells);
    const auto moved = torch::TensorOptions().device(canvas.device).requires_grad(true);
    at::Tensor given;
    if (is_given_) {
      const auto parsed = parse_palette(options.colours, "drawer.palette.colours");
      given = by_brightness(palette_tensor(parsed)).unsqueeze(0);  // [1, S, 3]
    }
    palettes_ = is_given_ ? 1 : options.palettes;
    shades_ = is_given_ ? given.size(1) : options.size;
    value_ = torch::full({canvas.batch, 1, grid.height, grid.width}, 0.5, moved);
    leaning_ = torch::zeros({canvas.batch, palettes_, grid.height, grid.width}, moved);
    const auto ramp = torch::linspace(0, 1, shades_).view({1, -1, 1});
    colours_ = (is_given_ ? given : ramp)
                   .expand({canvas.batch, palettes_, shades_, 3})
                   .clone()
                   .to(canvas.device)
                   .requires_grad_(!is_given_);
  }

  std::vector<Parameter> parameters() override {
    std::vector<Parameter> moved{{value_, kValueScale}};
    if (palettes_ > 1) moved.push_back({leaning_, kLeaningScale});
    if (!is_given_) moved.push_back({colours_, kColourScale});
    return moved;
  }

  std::vector<at::Tensor> buffers() override { return {leaning_, colours_}; }

  at::Tensor render() const override {
    const Autocast precise(value_.device(), at::kFloat);
    const auto colours = by_brightness(colours_).flatten(1, 2);  // [B, P S, 3]
    const auto place = value_ * static_cast<double>(shades_ - 1);
    const auto shade = torch::arange(shades_, value_.options()).view({1, -1, 1, 1});
    const auto near = (1 - (place - shade).abs()).relu();  // [B, S, h, w]: of the two beside it
    const auto share = leaning_.softmax(1);                // [B, P, h, w]
    const auto mixture =
        drawn((share.unsqueeze(2) * near.unsqueeze(1)).flatten(1, 2), colours);  // [B, 3, h, w]
    if (is_soft_) return at_size(mixture.clamp(0, 1));
    const auto chosen = leaning_.detach().argmax(1) * shades_ +
                        place.detach().squeeze(1).round().to(torch::kLong);  // [B, h, w]
    const auto shown = colours.gather(1, chosen.flatten(1).unsqueeze(2).expand({-1, -1, 3}))
                           .transpose(1, 2)
                           .view_as(mixture);
    return at_size(ops::straight_through(shown.clamp(0, 1), (mixture + shown) / 2));
  }

  bool is_capturable() const override { return true; }

  void project() override {
    const torch::NoGradGuard no_grad;
    value_.clamp_(kMargin, 1 - kMargin);
    leaning_.clamp_(0, kLargestLeaning);
    colours_.clamp_(0, 1);
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
    const Autocast precise(value_.device(), at::kFloat);
    const auto fitted =
        fitted_to(images, value_.size(2), value_.size(3)).expand({value_.size(0), -1, -1, -1});
    for (std::int64_t b = 0; b < fitted.size(0); ++b) follow(b, fitted.slice(0, b, b + 1));
    project();
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    const torch::NoGradGuard no_grad;
    value_.copy_(0.5 + kStartNoise * normal_numbers(generators, value_.sizes().slice(1)));
    value_.clamp_(kMargin, 1 - kMargin);
    leaning_.copy_(normal_numbers(generators, leaning_.sizes().slice(1)).abs() * 0.1);
    if (is_given_) return;
    // About a ramp from black to white, so that a brightness means something from the first step.
    const auto ramp = torch::linspace(0.1, 0.9, shades_).view({1, 1, -1, 1});
    const auto tint = uniform_numbers(generators, colours_.sizes().slice(1)) - 0.5;
    colours_.copy_((ramp + 0.7 * tint).clamp(0, 1));
  }

 private:
  // Shares [B, P S, h, w] of colours [B, P S, 3] -> [B, 3, h, w]
  static at::Tensor drawn(const at::Tensor& shares, const at::Tensor& colours) {
    const auto flat = colours.transpose(1, 2).bmm(shares.flatten(2));
    return flat.view({flat.size(0), 3, shares.size(2), shares.size(3)});
  }

  at::Tensor at_size(const at::Tensor& cells) const {
    if (cells.sizes().slice(2) == at::IntArrayRef(size_)) return cells;
    return F::interpolate(cells, F::InterpolateFuncOptions().size(size_).mode(torch::kNearest));
  }

  // Makes picture b as near to `image` [1, 3, h, w] as its colours come.
  void follow(std::int64_t b, const at::Tensor& image) {
    if (!is_given_) {
      colours_[b].copy_(fitted_palettes(image[0].flatten(1).t().contiguous(), palettes_, shades_));
    }
    colours_[b].copy_(by_brightness(colours_[b]));
    const auto found = nearest_colours(image, colours_[b].reshape({-1, 3}), "rgb");  // [1, h, w]
    const auto shade = found.remainder(shades_).to(torch::kFloat);
    value_[b].copy_(shade / static_cast<double>(shades_ - 1));
    const auto palette = torch::div(found, shades_, "floor");
    leaning_[b].copy_(kSure * torch::one_hot(palette[0], palettes_).permute({2, 0, 1}));
  }

  std::vector<std::int64_t> size_;  // of the picture
  bool is_soft_;
  bool is_given_;          // the palette, which stays as it is
  std::int64_t palettes_;  // P
  std::int64_t shades_;    // S, colours in each
  at::Tensor value_;       // [B, 1, h, w], dark to light in any palette
  at::Tensor leaning_;     // [B, P, h, w], logits
  at::Tensor colours_;     // [B, P, S, 3], in any order
};

}  // namespace

OptionBox palette_drawer_options() { return OptionBox::of<PaletteOptions>(); }

std::unique_ptr<Drawer> make_palette_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<PaletteDrawer>(options.as<PaletteOptions>(), canvas);
}

}  // namespace pincel
