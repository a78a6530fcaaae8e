// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/registry.h"
#include "core/settings.h"

namespace pincel {

// What a loss may look at in one step.
struct Frame {
  at::Tensor image;       // [B, 3, H, W] in [0, 1]
  at::Tensor embeddings;  // [B, N, D], unit rows
  std::int64_t step = 0;
};

// score() -> [B], float32, unweighted, differentiable in frame.image; less is better. A picture's
// score is the same whatever stands beside it.
class Loss {
 public:
  virtual ~Loss() = default;
  virtual at::Tensor score(const Frame& frame) const = 0;
};

using MakeLoss = std::unique_ptr<Loss> (*)(const Settings& settings);

// Every loss that `--losses name:weight,...` knows; guidance/losses/all.inc lists them.
std::span<const Entry<MakeLoss>> losses();

}  // namespace pincel
