// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <span>
#include <vector>

#include "core/options.h"
#include "generator/optimiser.h"

namespace pincel {

// An optimiser that goes from parameter to parameter, remembering of each some tensors of its
// shape, and the count of its steps.
class MomentOptimiser : public Optimiser {
 public:
  void step() final;
  std::vector<at::Tensor> state() const final;

 protected:
  // One parameter in one step; `kept` begin as zeros.
  struct Turn {
    at::Tensor value, gradient;
    double scale;
    std::span<at::Tensor> kept;
  };

  MomentOptimiser(std::vector<Parameter> parameters, std::size_t kept);
  virtual void move(const Turn& turn) = 0;

  const at::Tensor& count() const { return count_; }  // [] float64, 1 in the first step
  at::Tensor seen_share(double beta) const;           // [] float64, 1 - beta^t

 private:
  std::vector<std::vector<at::Tensor>> kept_;
  at::Tensor count_;
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;

  template <class V>
  void fields(V&& visit) {
    visit("beta1", beta1, "share of the mean gradient kept each step", Range{0, 0.9999});
    visit("beta2", beta2, "share of the mean squared gradient kept each step", Range{0, 0.99999});
    visit("epsilon", epsilon, "added to the root of the mean square", Range{0, 1});
  }
};

// What Adam and its kin share.
class AdamKin : public MomentOptimiser {
 protected:
  AdamKin(const AdamOptions& options, std::vector<Parameter> parameters, std::size_t further = 0)
      : MomentOptimiser(std::move(parameters), 2 + further), options_(options) {}

  // Takes the gradient into m = b1 m + (1 - b1) g and v = b2 v + (1 - b2) g^2, which are kept[0]
  // and kept[1].
  void remember(const Turn& turn) const;
  at::Tensor spread(const Turn& turn) const;  // sqrt(v / (1 - b2^t)) + epsilon
  at::Tensor pace(const Turn& turn) const;    // [] float64, rate / (1 - b1^t)
  const AdamOptions& options() const { return options_; }

 private:
  AdamOptions options_;
};

}  // namespace pincel
