// SPDX-License-Identifier: MIT
// Loss `keep`: how far the painting has come from what it began with, the picture of --init or the
// first draw: pixel, mean |x - x0|; perceptual, the guide's maps of both, places of unit length;
// latent, mean (z - z0)^2 / mean z0^2; spherical, 2 arcsin(|z - z0| / 2)^2 of latents of length 1.
// Options: kind.
// Example: --init me.jpg --losses "keep:2@0 0.5@100%" --loss.keep.kind perceptual
#include <torch/torch.h>

#include "core/error.h"
#include "guidance/clip.h"
#include "guidance/feature_maps.h"
#include "guidance/guidance.h"
#include "guidance/loss.h"

namespace pincel {
namespace {

struct KeepOptions {
  std::string kind = "pixel";

  template <class V>
  void fields(V&& visit) {
    visit("kind", kind, "what is kept: pixels, what the guide sees, or the latent, of drawers with",
          OneOf{{"pixel", "perceptual", "latent", "spherical"}});
  }
};

at::Tensor first_of(const Frame& frame) {
  TORCH_CHECK(frame.first.defined(), "keep: the painting does not say what it began with");
  return fitted(frame.first, frame.image.size(2), frame.image.size(3));
}

class KeepPixels : public Loss {
 public:
  at::Tensor score(const Frame& frame) const override {
    return (frame.image - first_of(frame)).abs().mean({1, 2, 3});
  }
  bool is_capturable() const override { return true; }
};

class KeepMaps : public Loss {
 public:
  explicit KeepMaps(std::shared_ptr<const Clip> guide) : guide_(std::move(guide)) {}

  at::Tensor score(const Frame& frame) const override {
    if (!of_.is_same(frame.first)) {
      const torch::NoGradGuard no_grad;
      wanted_ = guide_maps(*guide_, first_of(frame));
      of_ = frame.first;
    }
    return map_distances(guide_maps(*guide_, frame.image), wanted_);
  }
  bool is_capturable() const override { return true; }

 private:
  std::shared_ptr<const Clip> guide_;
  mutable at::Tensor of_;  // the first picture of which wanted_ are the maps: it seldom changes
  mutable FeatureMaps wanted_;
};

class KeepLatent : public Loss {
 public:
  explicit KeepLatent(bool is_spherical) : is_spherical_(is_spherical) {}

  at::Tensor score(const Frame& frame) const override {
    require(frame.latent.defined() && frame.first_latent.defined(), ExitCode::bad_value,
            "loss.keep.kind: this drawer has no latent to keep; choose pixel or perceptual");
    const auto now = frame.latent.flatten(1).unsqueeze(1);  // [B, 1, D h w]
    const auto first = frame.first_latent.flatten(1).unsqueeze(1);
    if (!is_spherical_) {
      const auto size = first.square().mean({1, 2}) + kLeast;
      return (now - first).square().mean({1, 2}) / size;
    }
    const auto unit = [](const at::Tensor& rows) {
      return rows / (rows.square().sum(-1, true) + kLeast).sqrt();
    };
    return spherical_distance(unit(now), unit(first)).view({-1});
  }
  bool is_capturable() const override { return true; }

 private:
  static constexpr double kLeast = 1e-8;

  bool is_spherical_;
};

}  // namespace

OptionBox keep_loss_options() { return OptionBox::of<KeepOptions>(); }

std::unique_ptr<Loss> make_keep_loss(const OptionBox& options, const LossContext& context) {
  const auto& kind = options.as<KeepOptions>().kind;
  if (kind == "pixel") return std::make_unique<KeepPixels>();
  if (kind == "perceptual") return std::make_unique<KeepMaps>(context.guide);
  return std::make_unique<KeepLatent>(kind == "spherical");
}

}  // namespace pincel
