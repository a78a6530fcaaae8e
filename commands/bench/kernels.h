// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/registry.h"

namespace pincel {

// One piece of work done in our way and, where there is one, by separate operations of libtorch.
// Both do it forward and backward where it has a gradient, and give what they computed.
struct KernelWork {
  std::function<std::vector<at::Tensor>()> ours;
  std::function<std::vector<at::Tensor>()> separate;  // empty: nothing to compare with
  double operations = 0;                              // of matrix products; 0: not counted
};

struct KernelPlace {
  at::Device device;
  at::ScalarType dtype;
};
using MakeKernel = KernelWork (*)(const KernelPlace& place);

// Every kernel that can be measured, at the sizes that painting has with f16-16384 and ViT-B/32.
std::span<const Entry<MakeKernel>> kernels();

struct KernelFigures {
  std::string name;
  double ours = 0;  // seconds, the median of all rounds
  std::optional<double> separate;
  double difference = 0;  // largest between the two, as a share of the value
  double operations = 0;
};

// In turns, after one round that is not timed.
KernelFigures measure_kernel(const Entry<MakeKernel>& kernel, const KernelPlace& place,
                             std::int64_t rounds);

nlohmann::ordered_json kernels_json(const std::vector<KernelFigures>& figures);
std::string kernels_table(const std::vector<KernelFigures>& figures);

}  // namespace pincel
