// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>

#include "core/registry.h"

namespace pincel {

// How large a start is to be, and what is random about it: one generator for each picture.
struct StartCanvas {
  std::int64_t height;  // pixels
  std::int64_t width;
  std::span<at::Generator> generators;
};

// Draws pictures to start a painting from. A picture does not depend on those beside it.
class Start {
 public:
  virtual ~Start() = default;
  // [B, 3, height, width] in [0, 1], float32 on the CPU. Undefined: what the drawer itself draws at
  // random.
  virtual at::Tensor draw(const StartCanvas& canvas) const = 0;
};

using MakeStart = std::unique_ptr<Start> (*)(const OptionBox& options);

// Every start that `--init` knows by name; generator/starts/all.inc lists them.
std::span<const Entry<MakeStart>> starts();

}  // namespace pincel
