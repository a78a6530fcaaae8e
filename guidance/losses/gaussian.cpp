// SPDX-License-Identifier: MIT
// Loss `gaussian`: mean of |x - colour| (1 - g), g = exp(-(u^2 + v^2) / 2) with u, v the distance
// from the middle in deviations: the picture fades to one colour towards its edges.
// Options: colour; across, down: the deviations in percent of width and height.
// Example: --losses gaussian:2 --loss.gaussian.colour white --loss.gaussian.across 30
#include <torch/torch.h>

#include "guidance/clip.h"
#include "guidance/loss.h"
#include "guidance/losses/one_colour.h"

namespace pincel {
namespace {

struct GaussianOptions {
  std::string colour = "#ffffff";
  double across = 40;
  double down = 40;

  template <class V>
  void fields(V&& visit) {
    visit("colour", colour, "what the picture fades to");
    visit("across", across, "deviation from the middle, percent of the width", Range{1, 1000});
    visit("down", down, "deviation from the middle, percent of the height", Range{1, 1000});
  }
};

// Squared distances from the middle in deviations of so many percent. [length]
at::Tensor from_middle(std::int64_t length, double percent, const at::TensorOptions& like) {
  const auto side = static_cast<double>(length);
  const auto places = torch::arange(length, like) - (side - 1) / 2;
  return (places / (percent / 100 * side)).square();
}

class GaussianLoss : public Loss {
 public:
  GaussianLoss(at::Tensor colour, const GaussianOptions& options)
      : colour_(std::move(colour)), across_(options.across), down_(options.down) {}

  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    const auto& image = frame.image;
    const auto squares = from_middle(image.size(2), down_, image.options()).unsqueeze(1) +
                         from_middle(image.size(3), across_, image.options());
    const auto outside = 1 - (squares / -2).exp();  // [H, W]
    return ((image - colour_).abs() * outside).mean({1, 2, 3});
  }

 private:
  at::Tensor colour_;  // [1, 3, 1, 1]
  double across_, down_;
};

}  // namespace

OptionBox gaussian_loss_options() { return OptionBox::of<GaussianOptions>(); }

std::unique_ptr<Loss> make_gaussian_loss(const OptionBox& options, const LossContext& context) {
  const auto& given = options.as<GaussianOptions>();
  const auto colour = one_colour(given.colour, "loss.gaussian.colour");
  return std::make_unique<GaussianLoss>(colour.to(context.guide->device()), given);
}

}  // namespace pincel
