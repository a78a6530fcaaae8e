// SPDX-License-Identifier: MIT
#include "generator/weight_average.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/error.h"

namespace pincel {

WeightAverage::WeightAverage(const torch::nn::Module& module, double memory) : memory_(memory) {
  reset(module);
}

void WeightAverage::reset(const torch::nn::Module& module) {
  for (const auto& item : module.named_parameters()) {
    weights_[item.key()] = item.value().detach().clone();
  }
}

void WeightAverage::add(const torch::nn::Module& module, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  const double early = (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step));
  for (const auto& item : module.named_parameters()) {
    weights_.at(item.key()).lerp_(item.value(), 1 - std::min(memory_, early));
  }
}

void WeightAverage::copy_rows(const std::string& name, const at::Tensor& parameter,
                              const at::Tensor& rows) {
  if (rows.numel() == 0) return;
  weights_.at(name).index_copy_(0, rows, parameter.detach().index_select(0, rows));
}

void WeightAverage::copy_to(torch::nn::Module& module) const {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) item.value().copy_(weights_.at(item.key()));
}

void WeightAverage::put(Checkpoint& checkpoint, const std::string& prefix) const {
  for (const auto& [name, weight] : weights_)
    checkpoint.tensors[prefix + name] = weight.cpu().clone();
}

void WeightAverage::take(const Checkpoint& checkpoint, const std::string& prefix) {
  for (auto& [name, weight] : weights_) {
    const auto found = checkpoint.tensors.find(prefix + name);
    require(found != checkpoint.tensors.end() && found->second.sizes() == weight.sizes(),
            ExitCode::bad_data, "{}: tensor '{}{}' is missing or of another size",
            checkpoint.source, prefix, name);
    weight.copy_(found->second);
  }
}

}  // namespace pincel
