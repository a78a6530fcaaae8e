// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "prompts/wishes.h"

namespace pincel {

// Two unit rows [1, D] and the points of the great circle between them: `share` 0 is the first, 1
// the second. Opposite rows have no shortest way: the middle of theirs is of any direction.
at::Tensor slerp(const at::Tensor& first, const at::Tensor& second, double share);

// The prompts of B pictures in the space of one model, in the course of a painting.
class Targets {
 public:
  Targets(std::span<const Wishes* const> pictures, const TextImageEncoder& encoder);

  // As things stand in one step.
  struct Now {
    at::Tensor targets;  // [B, K, D]
    at::Tensor weights;  // [B, K], a prompt's shared among its rows; 0 where a picture has fewer
    at::Tensor stops;    // [B, K]
  };
  Now at(std::int64_t step, std::int64_t steps) const;
  // The same into `kept`, whose tensors stay in the memory where they are.
  void renew(Now& kept, std::int64_t step, std::int64_t steps) const;

  // Mean of the wished-for targets that say what is to be seen, a unit row each; 0 where a picture
  // has none. [B, D]
  at::Tensor topics(std::int64_t step, std::int64_t steps) const;

  bool empty() const { return targets_.size(1) == 0; }

 private:
  struct Row {
    Schedule weight;
    double share;  // of the weight
    bool is_topic;
    int phase;
    Moments keys;
    at::Tensor frames;  // [M, D] where it moves
  };
  struct OfPicture {
    std::vector<Row> rows;
    Moments phases;
  };
  double weight_of(const Row& row, const Moments& phases, std::int64_t step,
                   std::int64_t steps) const;
  at::Tensor weights_at(std::int64_t step, std::int64_t steps) const;  // [B, K]
  at::Tensor targets_at(std::int64_t step, std::int64_t steps) const;  // [B, K, D]
  at::Tensor add_rows(const Wish& wish, const TextImageEncoder& encoder, OfPicture& picture);

  std::vector<OfPicture> pictures_;
  at::Tensor targets_;  // [B, K, D], those that move as they begin
  at::Tensor weights_;  // [B, K], in the first step
  at::Tensor stops_;    // [B, K]
  at::Tensor topical_;  // [B, K], 1 or 0
  bool moves_ = false;
  bool changes_weight_ = false;
};

}  // namespace pincel
