// SPDX-License-Identifier: MIT
// Start `fractal`: gradient noise of several sizes on top of each other (Perlin 1985), each channel
// by itself, its contrast raised.
// Options: cells 32 (of the coarsest, along the shorter side), octaves 0 (each of half the size; 0:
// down to about two pixels), persistence 0.5, contrast 2 (1: none), grey false.
// Example: pincel paint "clouds" --init fractal --init.fractal.cells 4
#include <torch/torch.h>

#include "generator/fractal_noise.h"
#include "generator/start.h"

namespace pincel {
namespace {

struct FractalStartOptions {
  FractalOptions noise;
  bool grey = false;

  template <class V>
  void fields(V&& visit) {
    visit("cells", noise.cells, "of the coarsest noise, along the shorter side", Range{1, 4096});
    visit("octaves", noise.octaves, "noises, each of half the cells; 0: down to about two pixels",
          Range{0, 16});
    visit("persistence", noise.persistence, "strength of each beside the one before", Range{0, 2});
    visit("contrast", noise.contrast, "n^c / (n^c + (1 - n)^c); 1: as it is", Range{0.1, 20});
    visit("grey", grey, "the same noise in all three channels");
  }
};

class FractalStart : public Start {
 public:
  explicit FractalStart(const FractalStartOptions& options) : options_(options) {}

  at::Tensor draw(const StartCanvas& canvas) const override {
    const std::int64_t channels = options_.grey ? 1 : 3;
    return fractal_noise(options_.noise, {channels, canvas.height, canvas.width}, canvas.generators)
        .expand({-1, 3, -1, -1})
        .contiguous();
  }

 private:
  FractalStartOptions options_;
};

}  // namespace

OptionBox fractal_start_options() { return OptionBox::of<FractalStartOptions>(); }

std::unique_ptr<Start> make_fractal_start(const OptionBox& options) {
  return std::make_unique<FractalStart>(options.as<FractalStartOptions>());
}

}  // namespace pincel
