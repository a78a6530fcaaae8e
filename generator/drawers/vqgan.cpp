// SPDX-License-Identifier: MIT
// Drawer `vqgan`: a latent beside a codebook. Each cell is drawn as its nearest code, and the
// gradient passes straight through to the latent (van den Oord et al. 2017; Esser et al. 2021).
// Sides that are no multiple of the model's factor are drawn larger and cropped at the middle.
// Options: none; the weights are those of --vqgan.
// Example: pincel paint "a red apple" --drawer vqgan
#include <torch/torch.h>

#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "generator/drawer.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

std::int64_t round_up(std::int64_t length, std::int64_t unit) {
  return (length + unit - 1) / unit * unit;
}

class VqganDrawer : public LatentDrawer {
 public:
  explicit VqganDrawer(const Canvas& canvas)
      : vqgan_(canvas.vqgan),
        height_(canvas.height),
        width_(canvas.width),
        full_height_(round_up(height_, vqgan_->factor())),
        full_width_(round_up(width_, vqgan_->factor())),
        latent_(torch::zeros({1, vqgan_->config().embed_dim, full_height_ / vqgan_->factor(),
                              full_width_ / vqgan_->factor()},
                             torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

  std::vector<at::Tensor> parameters() override { return {latent_}; }

  at::Tensor render() const override {
    const auto full = ops::clamp_with_grad(vqgan_->decode(vqgan_->quantize(latent_)), 0, 1);
    const auto top = (full_height_ - height_) / 2;
    const auto left = (full_width_ - width_) / 2;
    return full.slice(2, top, top + height_).slice(3, left, left + width_);
  }

  void project() override {
    const torch::NoGradGuard no_grad;
    latent_.copy_(torch::minimum(torch::maximum(latent_, vqgan_->z_min()), vqgan_->z_max()));
  }

  void start_from(const at::Tensor& image) override {
    const torch::NoGradGuard no_grad;
    const auto fitted =
        F::interpolate(image, F::InterpolateFuncOptions()
                                  .size(std::vector<std::int64_t>{full_height_, full_width_})
                                  .mode(torch::kBicubic)
                                  .align_corners(false)
                                  .antialias(true));
    latent_.copy_(vqgan_->encode(fitted.clamp(0, 1)));
    project();
  }

  void start_from_noise(at::Generator& generator) override {
    const auto codes = torch::randint(
        vqgan_->config().n_embed, {1, latent_.size(2), latent_.size(3)}, generator, torch::kLong);
    set_codes(codes.to(latent_.device()));
  }

  at::Tensor latent() const override { return latent_; }

  void set_codes(const at::Tensor& codes) override {
    const torch::NoGradGuard no_grad;
    latent_.copy_(vqgan_->lookup(codes));
  }

 private:
  std::shared_ptr<const Vqgan> vqgan_;
  std::int64_t height_, width_;            // of the picture
  std::int64_t full_height_, full_width_;  // multiples of the factor
  at::Tensor latent_;                      // [1, D, h, w]
};

}  // namespace

std::unique_ptr<Drawer> make_vqgan_drawer(const Settings& /*settings*/, const Canvas& canvas) {
  require(canvas.vqgan != nullptr, ExitCode::missing_input,
          "drawer vqgan: no VQGAN was loaded; name its weights with --vqgan FILE");
  return std::make_unique<VqganDrawer>(canvas);
}

}  // namespace pincel
