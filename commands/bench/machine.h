// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

// What a figure was measured on.
struct Machine {
  std::string processor;  // "AMD EPYC", or the GPU's kind
  std::int64_t cores = 0;
  std::int64_t threads = 0;  // that libtorch uses
  std::string device;        // "cpu", "cuda:0"
  std::string date;          // today, UTC
};
Machine this_machine(const at::Device& device);

// Most memory since the last reset, bytes: resident on a CPU, allocated by libtorch on a GPU.
std::int64_t peak_memory(const at::Device& device);
void reset_peak_memory(const at::Device& device);

// Waits until a GPU has done all that it was told; nothing on a CPU.
void finish_work(const at::Device& device);

// Operations a second of large products of matrices (2048 x 2048, on a GPU 8192 x 8192) and of
// convolutions (3x3, 256 channels, 128 x 128) as libtorch does them in `dtype`, without gradient.
double matrix_rate(const at::Device& device, at::ScalarType dtype);
double convolution_rate(const at::Device& device, at::ScalarType dtype);

// The middle one, or the mean of the middle two; 0 of none.
double median(std::vector<double> values);

}  // namespace pincel
