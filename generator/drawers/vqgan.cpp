// SPDX-License-Identifier: MIT
// Drawer `vqgan`: a latent beside a codebook. Each cell is drawn as its nearest code, and the
// gradient passes straight through to the latent (van den Oord et al. 2017; Esser et al. 2021).
// Where codes are one-hot (DALL-E's autoencoder) the latent holds logits, each step draws a code
// from them at a temperature, and the gradient passes through the softmax (Jang et al. 2017);
// `relax gumbel` paints any VQGAN so. Sides that are no multiple of the model's factor are drawn
// larger and cropped at the middle. The weights are those of --vqgan.
// Options: relax straight-through|gumbel; temperature, a schedule for draws (that of
// --temperature). Example: pincel paint "a red apple" --drawer.vqgan.relax gumbel
//              --drawer.vqgan.temperature "1@0 0.1@100%"
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/batch_random.h"
#include "core/error.h"
#include "core/ops/clamp_with_grad.h"
#include "core/ops/recompute.h"
#include "core/ops/straight_through.h"
#include "core/options.h"
#include "core/schedule.h"
#include "core/tensor.h"
#include "generator/drawer.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

constexpr double kLeast = 1e-7;           // of a uniform number, whose logarithm is taken twice
constexpr double kLargestCodeLogit = 30;  // of a code, the least is minus that
constexpr double kLogitScale = 3;         // 0.45 a step at the default rate
constexpr double kSureLogit = 2;          // a chosen code's logit above that of all others together
constexpr double kLeastHeat = 1e-3;       // of a temperature that is divided by

struct VqganOptions {
  std::string relax = "straight-through";
  std::string temperature;

  template <class V>
  void fields(V&& visit) {
    visit("relax", relax, "how codes get a gradient: past the nearest one, or drawn from a softmax",
          OneOf{{"straight-through", "gumbel"}});
    visit("temperature", temperature,
          "how freely codes are drawn from logits, a schedule as \"1@0 0.1@100%\"; 0: always the "
          "likeliest; empty: --temperature");
  }
};

std::int64_t round_up(std::int64_t length, std::int64_t unit) {
  return (length + unit - 1) / unit * unit;
}

// A picture of whole cells and the part of it that is shown.
class CellPicture {
 public:
  explicit CellPicture(const Canvas& canvas)
      : vqgan_(canvas.vqgan),
        height_(canvas.height),
        width_(canvas.width),
        full_height_(round_up(height_, vqgan_->factor())),
        full_width_(round_up(width_, vqgan_->factor())) {}

  const Vqgan& vqgan() const { return *vqgan_; }
  std::int64_t rows() const { return full_height_ / vqgan_->factor(); }
  std::int64_t columns() const { return full_width_ / vqgan_->factor(); }

  at::Tensor drawn(const at::Tensor& zq) const {  // [B, D, h, w] -> [B, 3, H, W]
    const auto decode = [vqgan = vqgan_](const at::Tensor& codes) { return vqgan->decode(codes); };
    const auto decoded = ops::spares_memory() ? ops::recomputed(decode, zq) : decode(zq);
    const auto full = ops::clamp_with_grad(decoded, 0, 1);
    const auto top = (full_height_ - height_) / 2;
    const auto left = (full_width_ - width_) / 2;
    return full.slice(2, top, top + height_).slice(3, left, left + width_);
  }

  at::Tensor seen(const at::Tensor& images) const {  // [B, 3, any, any] -> [B, D, h, w]
    return vqgan_->encode(fitted_to(images, full_height_, full_width_));
  }

 private:
  std::shared_ptr<const Vqgan> vqgan_;
  std::int64_t height_, width_;            // of the picture
  std::int64_t full_height_, full_width_;  // multiples of the factor
};

// How codes are drawn from logits: at a temperature that may change, with Gumbel noise, which makes
// the largest of logits / temperature + noise a draw from their softmax.
class Draws {
 public:
  Draws(const VqganOptions& options, const Canvas& canvas)
      : schedule_(options.temperature.empty()
                      ? Schedule(canvas.temperature)
                      : Schedule::parse(options.temperature, "drawer.vqgan.temperature")),
        temperature_(schedule_.at(0, 1)) {}

  void set_moment(std::int64_t step, std::int64_t steps) {
    temperature_ = schedule_.at(step, steps);
  }

  void begin(std::span<at::Generator> generators, const at::Tensor& logits) {
    if (temperature_ <= 0) return;
    const auto uniform = uniform_numbers(generators, logits.sizes().slice(1));
    noise_ = -(-uniform.clamp(kLeast, 1 - kLeast).log()).log().to(logits.device());
  }

  void end() { noise_ = at::Tensor(); }

  at::Tensor tempered(const at::Tensor& logits) const {  // their softmax are the chances
    return logits / std::max(temperature_, kLeastHeat);
  }

  at::Tensor drawn(const at::Tensor& logits) const {  // the largest is the draw
    return noise_.defined() ? tempered(logits) + noise_ : logits;
  }

 private:
  Schedule schedule_;
  double temperature_;
  at::Tensor noise_;  // [B, Q, h, w] during a step, else undefined
};

class VqganDrawer : public LatentDrawer {
 public:
  VqganDrawer(const VqganOptions& options, const Canvas& canvas)
      : cells_(canvas),
        draws_(options, canvas),
        latent_(torch::zeros(
            {canvas.batch, vqgan().config().embed_dim, cells_.rows(), cells_.columns()},
            torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

  std::vector<Parameter> parameters() override { return {{latent_, vqgan().deviation()}}; }

  bool is_capturable() const override { return !vqgan().is_one_hot(); }

  void set_moment(std::int64_t step, std::int64_t steps) override {
    draws_.set_moment(step, steps);
  }

  void begin_step(std::span<at::Generator> generators) override {
    if (vqgan().is_one_hot()) draws_.begin(generators, latent_);
  }

  at::Tensor render() const override {
    return cells_.drawn(vqgan().quantize(draws_.drawn(latent_)));
  }

  void project() override {
    const torch::NoGradGuard no_grad;
    draws_.end();
    latent_.copy_(torch::minimum(torch::maximum(latent_, vqgan().z_min()), vqgan().z_max()));
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
    const auto seen = cells_.seen(images);
    latent_.copy_(vqgan().is_one_hot() ? torch::log_softmax(seen, 1) : seen);
    project();
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    if (vqgan().is_one_hot()) {
      const torch::NoGradGuard no_grad;
      latent_.copy_(normal_numbers(generators, latent_.sizes().slice(1)));
      return;
    }
    std::vector<at::Tensor> codes;
    for (at::Generator& generator : generators) {
      codes.push_back(torch::randint(vqgan().config().n_embed, {latent_.size(2), latent_.size(3)},
                                     generator, torch::kLong));
    }
    set_codes(torch::stack(codes).to(latent_.device()));
  }

  at::Tensor latent() const override { return latent_; }

  void set_codes(const at::Tensor& codes) override {
    const torch::NoGradGuard no_grad;
    const auto found = vqgan().lookup(codes);
    latent_.copy_(vqgan().is_one_hot() ? found * vqgan().z_max() : found);
  }

 private:
  const Vqgan& vqgan() const { return cells_.vqgan(); }

  CellPicture cells_;
  Draws draws_;
  at::Tensor latent_;  // [B, D, h, w]
};

// A logit for each code at each place. What is drawn decides the picture, the gradient goes to all
// codes through the softmax.
class GumbelDrawer : public LatentDrawer {
 public:
  GumbelDrawer(const VqganOptions& options, const Canvas& canvas)
      : cells_(canvas),
        draws_(options, canvas),
        logits_(torch::zeros(
            {canvas.batch, cells_.vqgan().config().n_embed, cells_.rows(), cells_.columns()},
            torch::TensorOptions().device(canvas.device).requires_grad(true))) {}

  std::vector<Parameter> parameters() override { return {{logits_, kLogitScale}}; }

  void set_moment(std::int64_t step, std::int64_t steps) override {
    draws_.set_moment(step, steps);
  }

  void begin_step(std::span<at::Generator> generators) override {
    draws_.begin(generators, logits_);
  }

  at::Tensor render() const override {
    const auto drawn = draws_.drawn(logits_);
    const auto code = cells_.vqgan().lookup(drawn.detach().argmax(1));
    return cells_.drawn(ops::straight_through(code, mean_code(drawn)));
  }

  void project() override {
    const torch::NoGradGuard no_grad;
    draws_.end();
    logits_.clamp_(-kLargestCodeLogit, kLargestCodeLogit);
  }

  void start_from(const at::Tensor& images) override {
    const torch::NoGradGuard no_grad;
    set_codes(cells_.vqgan().indices(cells_.seen(images)).expand({logits_.size(0), -1, -1}));
  }

  void start_from_noise(std::span<at::Generator> generators) override {
    const torch::NoGradGuard no_grad;
    logits_.copy_(normal_numbers(generators, logits_.sizes().slice(1)));
  }

  at::Tensor latent() const override { return mean_code(draws_.tempered(logits_)); }

  void set_codes(const at::Tensor& codes) override {
    const torch::NoGradGuard no_grad;
    const double logit = std::log(static_cast<double>(logits_.size(1))) + kSureLogit;
    logits_.zero_().scatter_(1, codes.unsqueeze(1), logit);
  }

 private:
  // What the softmax of logits [B, Q, h, w] expects. -> [B, D, h, w]
  at::Tensor mean_code(const at::Tensor& logits) const {
    const Autocast precise(logits_.device(), at::kFloat);
    const auto shares = logits.softmax(1).flatten(2).transpose(1, 2);  // [B, h w, Q]
    return shares.matmul(cells_.vqgan().codebook())
        .transpose(1, 2)
        .reshape({logits.size(0), -1, logits.size(2), logits.size(3)});
  }

  CellPicture cells_;
  Draws draws_;
  at::Tensor logits_;  // [B, Q, h, w]
};

}  // namespace

OptionBox vqgan_drawer_options() { return OptionBox::of<VqganOptions>(); }

std::unique_ptr<Drawer> make_vqgan_drawer(const OptionBox& options, const Canvas& canvas) {
  require(canvas.vqgan != nullptr, ExitCode::missing_input,
          "drawer vqgan: no VQGAN was loaded; name its weights with --vqgan FILE");
  const auto& given = options.as<VqganOptions>();
  if (given.relax == "gumbel" && !canvas.vqgan->is_one_hot()) {
    return std::make_unique<GumbelDrawer>(given, canvas);
  }
  return std::make_unique<VqganDrawer>(given, canvas);
}

}  // namespace pincel
