// SPDX-License-Identifier: MIT
#include "core/batch_random.h"

#include <torch/torch.h>

#include <vector>

namespace pincel {

at::Tensor normal_numbers(std::span<at::Generator> generators, at::IntArrayRef shape) {
  std::vector<at::Tensor> numbers;
  for (at::Generator& generator : generators) {
    numbers.push_back(torch::randn(shape, generator, torch::kFloat));
  }
  return torch::stack(numbers);
}

at::Tensor uniform_numbers(std::span<at::Generator> generators, at::IntArrayRef shape) {
  std::vector<at::Tensor> numbers;
  for (at::Generator& generator : generators) {
    numbers.push_back(torch::rand(shape, generator, torch::kFloat));
  }
  return torch::stack(numbers);
}

}  // namespace pincel
