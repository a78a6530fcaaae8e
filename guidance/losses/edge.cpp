// SPDX-License-Identifier: MIT
// Loss `edge`: edge e + global g: e the mean squared distance of the picture's border to a colour,
// g the same of the whole picture. A mask, white where it counts, may stand in for the border; a
// picture for the colour.
// Options: colour, picture, mask, thickness, margins, edge, global.
// Example: --losses edge:1 --loss.edge.colour black --loss.edge.margins 5,5,10,10
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/image_file.h"
#include "guidance/clip.h"
#include "guidance/feature_maps.h"
#include "guidance/loss.h"
#include "guidance/losses/one_colour.h"

namespace pincel {
namespace {

struct EdgeOptions {
  std::string colour = "#ffffff";
  std::string picture;
  std::string mask;
  double thickness = 5;
  std::vector<double> margins = {};
  double edge = 1;
  double global = 0;

  template <class V>
  void fields(V&& visit) {
    visit("colour", colour, "what the border is to be");
    visit("picture", picture, "file with what the border is to be, instead of one colour");
    visit("mask", mask, "file that is white where the border is, instead of its thickness");
    visit("thickness", thickness, "of the border, percent of width and height", Range{0, 50});
    visit("margins", margins, "left, right, top, bottom in percent, instead of one thickness");
    visit("edge", edge, "how much the border counts", Range{0, 1000});
    visit("global", global, "how much the whole picture counts", Range{0, 1000});
  }
};

at::Tensor fitted_to(const at::Tensor& image, const at::Tensor& like) {
  const bool is_colour = image.size(2) == 1 && image.size(3) == 1;
  return is_colour ? image : fitted(image, like.size(2), like.size(3));
}

// 1 on the border, 0 inside. margins: left, right, top, bottom, percent. [1, 1, H, W]
at::Tensor border(const at::Tensor& image, const std::vector<double>& margins) {
  const auto height = image.size(2);
  const auto width = image.size(3);
  const auto pixels = [](double percent, std::int64_t side) -> std::int64_t {
    if (percent <= 0) return 0;
    return std::max<std::int64_t>(1, std::llround(percent / 100 * static_cast<double>(side)));
  };
  auto on = torch::ones({1, 1, height, width}, image.options().requires_grad(false));
  const auto left = pixels(margins[0], width);
  const auto right = std::max(left, width - pixels(margins[1], width));
  const auto top = pixels(margins[2], height);
  const auto bottom = std::max(top, height - pixels(margins[3], height));
  on.slice(2, top, bottom).slice(3, left, right).zero_();
  return on;
}

class EdgeLoss : public Loss {
 public:
  EdgeLoss(EdgeOptions options, at::Tensor wanted, at::Tensor mask)
      : options_(std::move(options)), wanted_(std::move(wanted)), mask_(std::move(mask)) {}

  at::Tensor score(const Frame& frame) const override {
    const auto& image = frame.image;
    const auto squares = (image - fitted_to(wanted_, image)).square();  // [B, 3, H, W]
    const auto on = mask_.defined() ? fitted_to(mask_, image) : border(image, options_.margins);
    const auto at_border =
        (squares * on).mean(1).sum({1, 2}) / on.sum().clamp_min(1);  // on has one channel
    return options_.edge * at_border + options_.global * squares.mean({1, 2, 3});
  }
  bool is_capturable() const override { return true; }

 private:
  EdgeOptions options_;  // margins has four numbers
  at::Tensor wanted_;    // [1, 3, h, w], or [1, 3, 1, 1]
  at::Tensor mask_;      // [1, 1, h, w] in [0, 1]; undefined: the border
};

}  // namespace

OptionBox edge_loss_options() { return OptionBox::of<EdgeOptions>(); }

std::unique_ptr<Loss> make_edge_loss(const OptionBox& options, const LossContext& context) {
  auto given = options.as<EdgeOptions>();
  if (given.margins.empty()) given.margins.assign(4, given.thickness);
  require(given.margins.size() == 4, ExitCode::bad_value,
          "loss.edge.margins: {} numbers, expected 4: left, right, top, bottom in percent",
          given.margins.size());
  for (const double margin : given.margins) {
    require(margin >= 0 && margin <= 100, ExitCode::bad_value,
            "loss.edge.margins: {}, expected percents from 0 to 100", margin);
  }
  const auto& device = context.guide->device();
  const auto wanted = given.picture.empty() ? one_colour(given.colour, "loss.edge.colour")
                                            : read_image(given.picture);
  const auto mask =
      given.mask.empty() ? at::Tensor() : read_image(given.mask).mean(1, true).to(device);
  return std::make_unique<EdgeLoss>(std::move(given), wanted.to(device), mask);
}

}  // namespace pincel
