// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

#include "core/registry.h"

namespace pincel {

// Something that an optimiser moves.
struct Parameter {
  at::Tensor tensor;  // a leaf that requires a gradient, [B, ...]
  double scale = 1;   // what a rate is counted in: about the deviation of its useful values
};

// Moves parameters against their gradients. All of its state, rate and count of steps too, lies in
// tensors on the device of the parameters: nothing in a step waits for the host, and each step is
// the same sequence of operations, so that it can be captured as a CUDA graph. A picture's
// parameters move as if none stood beside it.
class Optimiser {
 public:
  explicit Optimiser(std::vector<Parameter> parameters);
  virtual ~Optimiser() = default;

  void set_rate(double rate);  // of the steps from now on, in scales of each parameter
  void zero_grad();            // keeps the memory
  virtual void step() = 0;     // parameters without a gradient stay as they are

  // Everything it remembers, in a fixed order: what a checkpoint keeps.
  virtual std::vector<at::Tensor> state() const = 0;

 protected:
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const at::Tensor& rate() const { return rate_; }  // [], float64

 private:
  std::vector<Parameter> parameters_;
  at::Tensor rate_;
};

using MakeOptimiser = std::unique_ptr<Optimiser> (*)(const OptionBox& options,
                                                     std::vector<Parameter> parameters);

// Every optimiser that `--optimiser` knows; generator/optimisers/all.inc lists them.
std::span<const Entry<MakeOptimiser>> optimisers();

}  // namespace pincel
