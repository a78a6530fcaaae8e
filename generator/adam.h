// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace pincel {

struct AdamOptions {
  double rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

// Adam (Kingma and Ba 2015) over leaf tensors. All of its state, the count of steps too, lies in
// tensors on the device of the parameters: nothing in a step waits for the host, and each step is
// the same sequence of operations, so that it can be captured as a CUDA graph.
class Adam {
 public:
  Adam(std::vector<at::Tensor> parameters, const AdamOptions& options);

  void zero_grad();  // keeps the memory
  void step();       // parameters without a gradient stay as they are

  // Means, mean squares and the count, in the order of the parameters: what a checkpoint keeps.
  std::vector<at::Tensor> state() const;

 private:
  struct Moments {
    at::Tensor parameter, mean, square;
  };
  AdamOptions options_;
  std::vector<Moments> moments_;
  at::Tensor count_;  // [], float64
};

}  // namespace pincel
