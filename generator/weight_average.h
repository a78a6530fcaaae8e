// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

#include "core/checkpoint.h"

namespace pincel {

// Exponential moving average of a module's parameters; memory 0 keeps the last ones.
class WeightAverage {
 public:
  WeightAverage() = default;
  WeightAverage(const torch::nn::Module& module, double memory);

  void add(const torch::nn::Module& module, std::int64_t step);  // early steps are soon forgotten
  void reset(const torch::nn::Module& module);
  // Takes some rows of one parameter as they are now.
  void copy_rows(const std::string& name, const at::Tensor& parameter, const at::Tensor& rows);
  void copy_to(torch::nn::Module& module) const;

  void put(Checkpoint& checkpoint, const std::string& prefix) const;
  void take(const Checkpoint& checkpoint, const std::string& prefix);

 private:
  double memory_ = 0;
  std::map<std::string, at::Tensor> weights_;
};

}  // namespace pincel
