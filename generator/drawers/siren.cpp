// SPDX-License-Identifier: MIT
// Drawer `siren`: a small network of sines that is told a place and says its colour (Sitzmann et
// al. 2020); soft shapes without grain. Its weights are the parameters. Each step computes the
// network for every pixel, about 2 MFLOP each: slow on a CPU, so paint small there or with fewer
// layers. Options: layers 16, hidden 256, w0 30 (how fine the first waves are), fit 50 (steps in
// which it learns a picture to start from). Example: pincel paint "a red apple" --drawer siren
// --drawer.siren.layers 8 --width 96 --height 96
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "core/options.h"
#include "core/random.h"
#include "core/tensor.h"
#include "generator/drawer.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kWeightScale = 2e-3;      // of all weights: 3e-4 a step at the default rate
constexpr double kLargestWeight = 10;      // of a weight
constexpr double kFitRate = 3e-4;          // of Adam
constexpr std::int64_t kLargestFit = 128;  // side at which a picture is learnt

struct SirenOptions {
  std::int64_t layers = 16;
  std::int64_t hidden = 256;
  double w0 = 30;
  std::int64_t fit = 50;

  template <class V>
  void fields(V&& visit) {
    visit("layers", layers, "layers of sines", Range{1, 64});
    visit("hidden", hidden, "numbers in a layer", Range{1, 4096});
    visit("w0", w0, "how fine the waves of the first layer are", Range{0.1, 1000});
    visit("fit", fit, "steps in which a picture to start from is learnt", Range{0, 100000});
  }
};

// y = x W + b
struct Layer {
  at::Tensor weight;  // [B, in, out]
  at::Tensor bias;    // [B, 1, out]
};

// Places (y, x) in [-1, 1] with the corners on the outer pixels' middles. [1, H W, 2]
at::Tensor places(std::int64_t height, std::int64_t width, const at::Device& device) {
  const auto grid =
      torch::meshgrid({torch::linspace(-1, 1, height), torch::linspace(-1, 1, width)}, "ij");
  return torch::stack({grid[0].flatten(), grid[1].flatten()}, 1).unsqueeze(0).to(device);
}

class SirenDrawer : public Drawer {
 public:
  SirenDrawer(const SirenOptions& options, const Canvas& canvas)
      : options_(options),
        height_(canvas.height),
        width_(canvas.width),
        places_(places(height_, width_, canvas.device)) {
    const auto moved = torch::TensorOptions().device(canvas.device).requires_grad(true);
    for (std::int64_t i = 0; i <= options.layers; ++i) {
      const std::int64_t in = i == 0 ? 2 : options.hidden;
      const std::int64_t out = i == options.layers ? 3 : options.hidden;
      layers_.push_back({torch::zeros({canvas.batch, in, out}, moved),
                         torch::zeros({canvas.batch, 1, out}, moved)});
    }
  }

  std::vector<Parameter> parameters() override {
    std::vector<Parameter> moved;
    for (const auto& layer : layers_) {
      moved.push_back({layer.weight, kWeightScale});
      moved.push_back({layer.bias, kWeightScale});
    }
    return moved;
  }

  at::Tensor render() const override {
    return ops::clamp_with_grad(seen(places_, height_, width_), 0, 1);
  }

  bool is_capturable() const override { return true; }

  void project() override {
    const torch::NoGradGuard no_grad;
    for (auto& [tensor, scale] : parameters()) tensor.clamp_(-kLargestWeight, kLargestWeight);
  }

  void start_from(const at::Tensor& images) override {
    begin_alike();
    const auto longer = std::max(height_, width_);
    const auto shrunk = [&](std::int64_t side) {
      return std::max<std::int64_t>(1, side * std::min(longer, kLargestFit) / longer);
    };
    const auto height = shrunk(height_);
    const auto width = shrunk(width_);
    const auto wanted = F::interpolate(images, F::InterpolateFuncOptions()
                                                   .size(std::vector<std::int64_t>{height, width})
                                                   .mode(torch::kBilinear)
                                                   .align_corners(false)
                                                   .antialias(true))
                            .detach()
                            .expand({layers_[0].weight.size(0), -1, -1, -1});
    const torch::AutoGradMode with_grad(true);
    std::vector<at::Tensor> tensors;
    for (auto& [tensor, scale] : parameters()) tensors.push_back(tensor);
    torch::optim::Adam adam(tensors, torch::optim::AdamOptions(kFitRate));
    const auto where = places(height, width, places_.device());
    for (std::int64_t i = 0; i < options_.fit; ++i) {
      adam.zero_grad();
      (seen(where, height, width) - wanted).square().mean({1, 2, 3}).sum().backward();
      adam.step();
    }
    adam.zero_grad();
  }

  // It learns a picture only roughly, and the same weights would draw it at any size anyway.
  bool follows_pictures() const override { return false; }

  // Uniform numbers of the width that lets sines of sines keep their spread.
  void start_from_noise(std::span<at::Generator> generators) override {
    const torch::NoGradGuard no_grad;
    for (auto& [weight, bias] : layers_) {
      const auto in = static_cast<double>(weight.size(1));
      const double bound = weight.size(1) == 2 ? 1 / in : std::sqrt(6 / in);
      weight.copy_(bound * (2 * uniform_numbers(generators, weight.sizes().slice(1)) - 1));
      bias.copy_(bound * (2 * uniform_numbers(generators, bias.sizes().slice(1)) - 1));
    }
  }

 private:
  // The picture from these places, about [0, 1]. [1, h w, 2] -> [B, 3, h, w]
  at::Tensor seen(const at::Tensor& where, std::int64_t height, std::int64_t width) const {
    const Autocast precise(places_.device(), at::kFloat);
    at::Tensor x = where.expand({layers_[0].weight.size(0), -1, -1});
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      x = torch::baddbmm(layers_[i].bias, x, layers_[i].weight);
      if (i + 1 < layers_.size()) x = i == 0 ? (options_.w0 * x).sin() : x.sin();
    }
    return ((x + 1) / 2).transpose(1, 2).reshape({x.size(0), 3, height, width});
  }

  // Random weights, the same for every picture.
  void begin_alike() {
    std::vector<at::Generator> same;
    for (std::int64_t b = 0; b < layers_[0].weight.size(0); ++b) {
      same.push_back(make_generator(0, "siren"));
    }
    start_from_noise(same);
  }

  SirenOptions options_;
  std::int64_t height_, width_;
  at::Tensor places_;  // [1, H W, 2]
  std::vector<Layer> layers_;
};

}  // namespace

OptionBox siren_drawer_options() { return OptionBox::of<SirenOptions>(); }

std::unique_ptr<Drawer> make_siren_drawer(const OptionBox& options, const Canvas& canvas) {
  return std::make_unique<SirenDrawer>(options.as<SirenOptions>(), canvas);
}

}  // namespace pincel
