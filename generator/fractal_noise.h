// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace pincel {

// Gradient noise (Perlin 1985, 2002). `angles` [..., h, w] are those of the gradients at the
// corners of cells, `cell` pixels wide; the first cell begins at the picture's corner.
// -> [..., height, width] in [-1, 1], 0 at the corners
at::Tensor gradient_noise(const at::Tensor& angles, double cell, std::int64_t height,
                          std::int64_t width);

struct FractalOptions {
  double cells = 32;         // of the coarsest noise, along the shorter side
  std::int64_t octaves = 0;  // each of half the cells; 0: until they are about two pixels wide
  double persistence = 0.5;  // how strong each is beside the one before
  double contrast = 2;       // n -> n^c / (n^c + (1 - n)^c)
};

// Sums of such noise, each channel stretched from 0 to 1. -> [B, channels, height, width], float32
// on the CPU, one picture for each generator
at::Tensor fractal_noise(const FractalOptions& options, at::IntArrayRef shape,
                         std::span<at::Generator> generators);

}  // namespace pincel
