// SPDX-License-Identifier: MIT
#include "commands/bench/step_parity.h"

#include <torch/torch.h>

#include <limits>
#include <utility>

#include "core/ops/clamp_with_grad.h"
#include "core/random.h"
#include "core/tensor.h"
#include "guidance/guide_pull.h"

namespace pincel {
namespace {

constexpr std::uint64_t kSeed = 7;

// A latent, what is drawn of it, and who looks at that.
class Probe {
 public:
  Probe(const Vqgan& vqgan, std::shared_ptr<const Clip> clip, const StepShape& shape)
      : vqgan_(vqgan), clip_(std::move(clip)) {
    const torch::NoGradGuard no_grad;
    auto generator = make_generator(kSeed, "parity");
    const std::int64_t factor = vqgan_.factor();
    const auto codes = torch::randint(
        vqgan_.config().n_embed,
        {1, (shape.height + factor - 1) / factor, (shape.width + factor - 1) / factor}, generator,
        torch::kLong);
    latent_ = vqgan_.lookup(codes.to(vqgan_.device())).contiguous();
    const auto floats = torch::TensorOptions().device(clip_->device());
    guide_ = {.clip = clip_,
              .weight = 1,
              .targets = clip_->text("a red apple").unsqueeze(0),
              .weights = torch::ones({1, 1}, floats),
              .stops = torch::full({1, 1}, -std::numeric_limits<float>::infinity(), floats)};
    options_.count = shape.cutouts;
  }

  at::Tensor picture(const at::Tensor& latent) const {
    return ops::clamp_with_grad(vqgan_.decode(latent), 0, 1);
  }
  at::Tensor latent() const { return latent_.clone().requires_grad_(true); }

  // Gradient of the pull at a picture.
  at::Tensor slope_at(const at::Tensor& picture) const {
    const auto leaf = picture.detach().requires_grad_(true);
    const std::vector<CutoutKey> keys = {{kSeed, 0}};
    DrawnViews drawn;
    renew(drawn, draw_views_of(leaf, clip_->view_format(), options_, keys), leaf.device());
    ask_guide(guide_, leaf, drawn, {}).pull.sum().backward();
    return leaf.grad();
  }
  // A picture's gradient, as that of the latent.
  at::Tensor back(const at::Tensor& slope) const {
    const auto leaf = latent();
    picture(leaf).backward(slope);
    return leaf.grad();
  }

 private:
  const Vqgan& vqgan_;
  std::shared_ptr<const Clip> clip_;
  at::Tensor latent_;  // [1, D, h, w]
  Guide guide_;
  CutoutOptions options_;
};

double cosine(const at::Tensor& a, const at::Tensor& b) {
  const auto x = a.flatten().to(at::kDouble);
  const auto y = b.flatten().to(at::kDouble);
  return (x.dot(y) / (x.norm() * y.norm())).item<double>();
}

}  // namespace

std::vector<GradientParity> gradient_parity(const Vqgan& vqgan, std::shared_ptr<const Clip> clip,
                                            const StepShape& shape, at::ScalarType dtype) {
  if (dtype == at::kFloat) return {};
  const auto device = clip->device();
  const Probe probe(vqgan, std::move(clip), shape);
  const auto at = [&](at::ScalarType precision, const auto& work) {
    const Autocast autocast(device, precision);
    return work();
  };
  const auto exact_picture = at(at::kFloat, [&] { return probe.picture(probe.latent()).detach(); });
  const auto exact_slope = at(at::kFloat, [&] { return probe.slope_at(exact_picture); });
  const auto exact = at(at::kFloat, [&] { return probe.back(exact_slope); });
  const auto slope = at(dtype, [&] { return probe.slope_at(exact_picture); });
  const auto back = at(dtype, [&] { return probe.back(exact_slope); });
  const auto whole =
      at(dtype, [&] { return probe.back(probe.slope_at(probe.picture(probe.latent()))); });
  return {{"decode", cosine(exact, back)},
          {"clip", cosine(exact_slope, slope)},
          {"step", cosine(exact, whole)}};
}

}  // namespace pincel
