// SPDX-License-Identifier: MIT
// Loss `style`: the look of another picture, as STROTSS has it (Kolkin et al. 2019), between
// features at some places of both: relaxed earth mover's distance of their cosines, distance of
// their means and covariances, earth mover's distance of the colours; and, so that the content
// stays, how alike the places of a picture are to each other, as in the picture before the first
// step. Options: picture, weights (VGG16; else what the guide sees), content, colour, samples.
// Example: --losses style:0.5 --loss.style.picture wave.jpg
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/image_file.h"
#include "core/tensor.h"
#include "guidance/clip.h"
#include "guidance/feature_maps.h"
#include "guidance/loss.h"
#include "guidance/vgg16.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct StyleOptions {
  std::string picture;
  std::string weights;
  double content = 0;
  double colour = 1;
  std::int64_t samples = 1024;

  template <class V>
  void fields(V&& visit) {
    visit("picture", picture, "file with the style");
    visit("weights", weights, "VGG16 as torchvision or LPIPS has it; empty: the first CLIP");
    visit("content", content, "how much the content before the first step counts, beside 1",
          Range{0, 1000});
    visit("colour", colour, "how much the colours of the style count, beside 1", Range{0, 1000});
    visit("samples", samples, "places at which pictures are compared", Range{16, 4096});
  }
};

// Pictures at P places.
struct Sample {
  std::vector<at::Tensor> maps;  // [B, P, C] each, unit rows
  at::Tensor features;           // [B, P, sum of C], unit rows: all maps
  at::Tensor colours;            // [B, P, 3]
};

// A grid of about so many places, as grid_sample counts, moved a little from step to step by the
// multiples of the plastic number, which fill a cell evenly. [1, P, 1, 2]
at::Tensor places(std::int64_t samples, std::int64_t step, const at::TensorOptions& like) {
  constexpr double kAcross = 0.7548776662466927;
  constexpr double kDown = 0.5698402909980532;
  const auto side = std::llround(std::sqrt(static_cast<double>(samples)));
  const auto along = [&](double stride) {
    double whole = 0;
    const double shift = std::modf(0.5 + stride * static_cast<double>(step), &whole);
    return (torch::arange(side, like) + shift) * (2 / static_cast<double>(side)) - 1;
  };
  const auto both = torch::meshgrid({along(kDown), along(kAcross)}, "ij");
  return torch::stack({both[1].flatten(), both[0].flatten()}, 1).view({1, -1, 1, 2});
}

at::Tensor at_places(const at::Tensor& map, const at::Tensor& where) {
  const auto found = F::grid_sample(map.to(at::kFloat), where.expand({map.size(0), -1, -1, -1}),
                                    F::GridSampleFuncOptions()
                                        .mode(torch::kBilinear)
                                        .padding_mode(torch::kBorder)
                                        .align_corners(false));
  return found.squeeze(3).transpose(1, 2);  // [B, P, C]
}

at::Tensor unit_rows(const at::Tensor& rows) {
  return rows / (rows.square().sum(2, true) + 1e-10).sqrt();
}

// The larger of how far the places of one are from the nearest of the other, and the other way
// round. costs [B, P, P'] -> [B]
at::Tensor earth_mover(const at::Tensor& costs) {
  return torch::maximum(costs.amin(2).mean(1), costs.amin(1).mean(1));
}

at::Tensor cosine_costs(const at::Tensor& rows, const at::Tensor& others) {
  return 1 - torch::matmul(rows, others.transpose(1, 2));
}

at::Tensor colour_costs(const at::Tensor& rows, const at::Tensor& others) {
  const auto apart = rows.unsqueeze(2) - others.unsqueeze(1);  // [B, P, P', 3]
  return (apart.square().sum(3) + 1e-8).sqrt();
}

// Mean absolute difference of means and of covariances, in units of the rows' own size. -> [B]
at::Tensor moments_apart(const at::Tensor& rows, const at::Tensor& others) {
  const auto channels = static_cast<double>(rows.size(2));
  const auto covariance = [](const at::Tensor& x, const at::Tensor& mean) {
    const auto centred = x - mean;
    return torch::matmul(centred.transpose(1, 2), centred) / static_cast<double>(x.size(1));
  };
  const auto mean = rows.mean(1, true);
  const auto other = others.mean(1, true);
  const auto spread = (covariance(rows, mean) - covariance(others, other)).abs();
  return std::sqrt(channels) * (mean - other).abs().mean({1, 2}) + channels * spread.mean({1, 2});
}

// How unlike each place is to each other one, as shares of a column. [B, P, P]
at::Tensor own_pattern(const at::Tensor& features) {
  const auto costs = cosine_costs(features, features).clamp_min(0);
  return costs / (costs.sum(1, true) + 1e-6);
}

class StyleLoss : public Loss {
 public:
  StyleLoss(StyleOptions options, std::shared_ptr<const Clip> guide, at::Tensor picture)
      : options_(std::move(options)), guide_(std::move(guide)), picture_(std::move(picture)) {
    if (!options_.weights.empty()) {
      vgg_ = std::make_shared<const Vgg16>(Vgg16::load(options_.weights, guide_->device()));
    }
  }

  at::Tensor score(const Frame& frame) const override {
    const Autocast in_float(guide_->device(), at::kFloat);
    const auto& image = frame.image;
    const auto where = places(options_.samples, frame.step, image.options().requires_grad(false));
    remember_style(image);
    const Sample seen = sample(image, where);
    const auto mover = earth_mover(cosine_costs(seen.features, style_.features));
    at::Tensor moments = torch::zeros_like(mover);
    for (std::size_t i = 0; i < seen.maps.size(); ++i) {
      moments = moments + moments_apart(seen.maps[i], style_.maps[i]);
    }
    moments = moments / static_cast<double>(seen.maps.size());
    at::Tensor sum = mover + moments;
    if (options_.colour > 0) {
      sum = sum + options_.colour * earth_mover(colour_costs(seen.colours, style_.colours));
    }
    if (options_.content > 0) sum = sum + options_.content * content_apart(frame, seen, where);
    return sum / (2 + options_.colour + options_.content);
  }

 private:
  Sample sample(const at::Tensor& image, const at::Tensor& where) const {
    const auto maps = vgg_ != nullptr ? vgg_->maps(image) : guide_maps(*guide_, image);
    Sample found;
    // A transformer has a map for each block: five of them, evenly, tell enough.
    constexpr std::size_t kMost = 5;
    const std::size_t count = vgg_ != nullptr ? maps.size() : std::min(kMost, maps.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t which = (i + 1) * maps.size() / count - 1;
      found.maps.push_back(unit_rows(at_places(maps[which], where)));
    }
    found.features = torch::cat(found.maps, 2) / std::sqrt(static_cast<double>(count));
    found.colours = at_places(image, where);
    return found;
  }

  // The style at the scale of the painting: of the same area, with its own proportions.
  void remember_style(const at::Tensor& image) const {
    if (area_ == image.size(2) * image.size(3)) return;
    const torch::NoGradGuard no_grad;
    area_ = image.size(2) * image.size(3);
    const double scale = std::sqrt(static_cast<double>(area_) /
                                   static_cast<double>(picture_.size(2) * picture_.size(3)));
    const auto side = [scale](std::int64_t length) {
      return std::max<std::int64_t>(32, std::llround(scale * static_cast<double>(length)));
    };
    const auto resized = fitted(picture_, side(picture_.size(2)), side(picture_.size(3)));
    style_ = sample(resized, places(options_.samples, 0, image.options().requires_grad(false)));
  }

  at::Tensor content_apart(const Frame& frame, const Sample& seen, const at::Tensor& where) const {
    TORCH_CHECK(frame.first.defined(), "style: the painting does not say what it began with");
    at::Tensor wanted;
    {
      const torch::NoGradGuard no_grad;
      const auto first = fitted(frame.first, frame.image.size(2), frame.image.size(3));
      wanted = own_pattern(sample(first, where).features);
    }
    // Shares of a column are about one in P: its differences add up to at most 2.
    return (own_pattern(seen.features) - wanted).abs().sum(1).mean(1);
  }

  StyleOptions options_;
  std::shared_ptr<const Clip> guide_;
  std::shared_ptr<const Vgg16> vgg_;  // null: the guide's own maps
  at::Tensor picture_;                // [1, 3, h, w]
  mutable Sample style_;              // of pictures of this area
  mutable std::int64_t area_ = 0;
};

}  // namespace

OptionBox style_loss_options() { return OptionBox::of<StyleOptions>(); }

std::unique_ptr<Loss> make_style_loss(const OptionBox& options, const LossContext& context) {
  const auto& given = options.as<StyleOptions>();
  require(!given.picture.empty(), ExitCode::bad_value,
          "loss.style.picture: no picture; name the file whose style is wished for");
  const auto picture = read_image(given.picture).to(context.guide->device());
  return std::make_unique<StyleLoss>(given, context.guide, picture);
}

}  // namespace pincel
