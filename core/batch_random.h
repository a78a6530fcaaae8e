// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <span>

namespace pincel {

// For B pictures, each with a CPU generator of its own: normal or uniform numbers [B, shape...],
// float32 on the CPU. Those of a picture do not depend on how many stand beside it.
at::Tensor normal_numbers(std::span<at::Generator> generators, at::IntArrayRef shape);
at::Tensor uniform_numbers(std::span<at::Generator> generators, at::IntArrayRef shape);

}  // namespace pincel
