// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/registry.h"

namespace pincel {

class Clip;

// What a loss may look at in one step. What a painting does not have is undefined.
struct Frame {
  at::Tensor image;        // [B, 3, H, W] in [0, 1]
  at::Tensor embeddings;   // [B, N, D] of the first guide's views, unit rows
  std::int64_t step = 0;   // from 0
  at::Tensor first = {};   // [B, 3, H, W], what was painted before the first step; no gradient
  at::Tensor latent = {};  // [B, D, h, w], where the drawer has one
  at::Tensor first_latent = {};
  at::Tensor alpha = {};  // [B, 1, H, W] in [0, 1], where the picture may be transparent
};

// What a loss may use besides.
struct LossContext {
  std::shared_ptr<const Clip> guide;  // the first
};

// score() -> [B], float32, unweighted, differentiable in frame.image; less is better. A picture's
// score is the same whatever stands beside it.
class Loss {
 public:
  virtual ~Loss() = default;
  virtual at::Tensor score(const Frame& frame) const = 0;
  // Whether every step is the same operations on the device, so that one can be captured as a CUDA
  // graph. No for what reads frame.step or waits for the device.
  virtual bool is_capturable() const { return false; }
};

using MakeLoss = std::unique_ptr<Loss> (*)(const OptionBox& options, const LossContext& context);

// Every loss that `--losses name:weight,...` knows; guidance/losses/all.inc lists them.
std::span<const Entry<MakeLoss>> losses();

}  // namespace pincel
