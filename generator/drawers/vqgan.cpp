// SPDX-License-Identifier: MIT
// Drawer `vqgan`: a latent beside a codebook. Each cell is drawn as its nearest code, and the
// gradient passes straight through to the latent (van den Oord et al. 2017; Esser et al. 2021).
// Where codes are one-hot (DALL-E's autoencoder) the latent holds logits, each step draws a code
// from them at Canvas::temperature, and the gradient passes through the softmax (Jang et al. 2017).
// Sides that are no multiple of the model's factor are drawn larger and cropped at the middle.
// Options: none; the weights are those of --vqgan.
// Example: pincel paint "a red apple" --drawer vqgan
#include <torch/torch.h>

#include "core/batch_random.h"
#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "generator/drawer.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kLeast = 1e-7;  // of a uniform number, whose logarithm is taken twice

std::int64_t round_up(std::int64_t length, std::int64_t unit) {
  return (length + unit - 1) / unit * unit;
}

class VqganDrawer : public LatentDrawer {
 public:
  explicit VqganDrawer(const Canvas& canvas)
      : vqgan_(canvas.vqgan),
        temperature_(canvas.temperature),
        height_(canvas.height),
        width_(canvas.width),
        full_height_(round_up(height_, vqgan_->factor())),
        full_width_(round_up(width_, vqgan_->factor())),
        latent_(torch::zeros({canvas.batch, vqgan_->config().embed_dim,
                              full_height_ / vqgan_->factor(), full_width_ / vqgan_->factor()},
                             torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

  std::vector<Parameter> parameters() override { return {{latent_, vqgan_->deviation()}}; }

  // Gumbel noise makes the largest logit a draw from their softmax.
  void begin_step(std::span<at::Generator> generators) override {
    if (!vqgan_->is_one_hot() || temperature_ <= 0) return;
    const auto uniform = uniform_numbers(generators, latent_.sizes().slice(1));
    noise_ = -(-uniform.clamp(kLeast, 1 - kLeast).log()).log().to(latent_.device());
  }

  at::Tensor render() const override {
    const auto chosen = noise_.defined() ? latent_ / temperature_ + noise_ : latent_;
    const auto full = ops::clamp_with_grad(vqgan_->decode(vqgan_->quantize(chosen)), 0, 1);
    const auto top = (full_height_ - height_) / 2;
    const auto left = (full_width_ - width_) / 2;
    return full.slice(2, top, top + height_).slice(3, left, left + width_);
  }

  void project() override {
    const torch::NoGradGuard no_grad;
    noise_ = at::Tensor();
    latent_.copy_(torch::minimum(torch::maximum(latent_, vqgan_->z_min()), vqgan_->z_max()));
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
    const auto fitted =
        F::interpolate(images, F::InterpolateFuncOptions()
                                   .size(std::vector<std::int64_t>{full_height_, full_width_})
                                   .mode(torch::kBicubic)
                                   .align_corners(false)
                                   .antialias(true));
    const auto seen = vqgan_->encode(fitted.clamp(0, 1));
    latent_.copy_(vqgan_->is_one_hot() ? torch::log_softmax(seen, 1) : seen);
    project();
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    if (vqgan_->is_one_hot()) {
      const torch::NoGradGuard no_grad;
      latent_.copy_(normal_numbers(generators, latent_.sizes().slice(1)));
      return;
    }
    std::vector<at::Tensor> codes;
    for (at::Generator& generator : generators) {
      codes.push_back(torch::randint(vqgan_->config().n_embed, {latent_.size(2), latent_.size(3)},
                                     generator, torch::kLong));
    }
    set_codes(torch::stack(codes).to(latent_.device()));
  }

  at::Tensor latent() const override { return latent_; }

  void set_codes(const at::Tensor& codes) override {
    const torch::NoGradGuard no_grad;
    const auto found = vqgan_->lookup(codes);
    latent_.copy_(vqgan_->is_one_hot() ? found * vqgan_->z_max() : found);
  }

 private:
  std::shared_ptr<const Vqgan> vqgan_;
  double temperature_;
  std::int64_t height_, width_;            // of the picture
  std::int64_t full_height_, full_width_;  // multiples of the factor
  at::Tensor latent_;                      // [B, D, h, w]
  at::Tensor noise_;                       // [B, D, h, w] during a step, else undefined
};

}  // namespace

OptionBox vqgan_drawer_options() { return {}; }

std::unique_ptr<Drawer> make_vqgan_drawer(const OptionBox& /*options*/, const Canvas& canvas) {
  require(canvas.vqgan != nullptr, ExitCode::missing_input,
          "drawer vqgan: no VQGAN was loaded; name its weights with --vqgan FILE");
  return std::make_unique<VqganDrawer>(canvas);
}

}  // namespace pincel
