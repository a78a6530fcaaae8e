// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/checkpoint.h"

namespace torch::optim {
class Optimizer;
}

namespace pincel {

// taming's codebook loss in its legacy form, which all public models have: beta stands on the
// codes, not on the encoder. mean (sg(zq) - z)^2 + beta * mean (zq - sg(z))^2 -> []
at::Tensor codebook_loss(const at::Tensor& z, const at::Tensor& zq, double beta);

// `count` centres of rows [N, D] by some rounds of Lloyd's algorithm from random rows. -> [count,
// D]
at::Tensor k_means(const at::Tensor& rows, std::int64_t count, at::Generator& generator);

// Watches how often each code of a codebook [Q, D] in training is chosen, and puts codes that
// nobody chooses where the encoder's outputs are.
class CodebookUse {
 public:
  CodebookUse(std::int64_t codes, const at::Device& device);

  void count(const at::Tensor& indices);  // of one step, any shape

  // Moves dead codes onto random rows of z [N, D]; the optimiser forgets their moments. Returns the
  // indices of the moved codes [M].
  at::Tensor revive(at::Tensor codes, const at::Tensor& rows, torch::optim::Optimizer& optimiser,
                    at::Generator& generator);

  at::Tensor perplexity() const;  // [], 1 to Q: exp of the entropy of use
  at::Tensor share() const;       // [], of codes that live

  void put(Checkpoint& checkpoint) const;
  void take(const Checkpoint& checkpoint);

 private:
  at::Tensor dead() const;  // [Q] bool

  at::Tensor use_;  // [Q] moving average of the share of choices
};

}  // namespace pincel
