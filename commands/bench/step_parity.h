// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/bench/flops.h"
#include "generator/vqgan.h"
#include "guidance/clip.h"

namespace pincel {

// How alike the gradients of a step in float32 and in a lower precision are.
struct GradientParity {
  std::string stage;  // "decode": back from the picture to the latent; "clip": back to the picture;
                      // "step": both in turn
  double cosine = 0;
};

// For one picture of random codes, its views and a prompt. Empty where `dtype` is float32.
std::vector<GradientParity> gradient_parity(const Vqgan& vqgan, std::shared_ptr<const Clip> clip,
                                            const StepShape& shape, at::ScalarType dtype);

}  // namespace pincel
