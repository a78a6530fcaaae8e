// SPDX-License-Identifier: MIT
// Start `noise`: whatever the drawer itself draws at random, without a code prior: random codes of
// a VQGAN, random strokes, a random spectrum. Options: none. Example: pincel paint "a red apple"
// --init noise
#include <ATen/ATen.h>

#include "generator/start.h"

namespace pincel {
namespace {

class NoiseStart : public Start {
 public:
  at::Tensor draw(const StartCanvas& /*canvas*/) const override { return {}; }
};

}  // namespace

OptionBox noise_start_options() { return {}; }

std::unique_ptr<Start> make_noise_start(const OptionBox& /*options*/) {
  return std::make_unique<NoiseStart>();
}

}  // namespace pincel
