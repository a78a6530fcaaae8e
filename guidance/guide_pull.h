// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "guidance/clip.h"
#include "guidance/drawn_views.h"

namespace pincel {

// Told the name of each part of a step when it is done: where does the time go?
using StageMark = std::function<void(std::string_view stage)>;

// A CLIP, what share its opinion has, and what was asked for in its own space.
struct Guide {
  std::shared_ptr<const Clip> clip;
  double weight;           // all of them add up to 1
  at::Tensor targets;      // [B, K, D]
  at::Tensor weights;      // [B, K], a prompt's shared among its rows; 0 where a picture has fewer
  at::Tensor stops;        // [B, K]
  bool is_cosine = false;  // how distances to targets are measured; else spherical
};

// What a guide says of B pictures.
struct Opinion {
  at::Tensor pull;        // [B], weighted
  at::Tensor embeddings;  // [B, N, D]; undefined where nobody asked for them
};

struct Looking {
  std::int64_t at_once = 0;         // most views that go through a CLIP together; 0: all
  bool wants_embeddings = false;    // someone looks at them besides
  const StageMark* mark = nullptr;  // told "cutouts" and "clip"; may be null
};

// Shows `drawn` views of images [B, 3, H, W] to a guide. With fewer at once than there are, each
// part goes there and back on its own, and their gradients add up at the picture: the memory of one
// part, the same result but for rounding. Embeddings that someone looks at are then computed once
// more on the way back.
Opinion ask_guide(const Guide& guide, const at::Tensor& images, const DrawnViews& drawn,
                  const Looking& looking);

// 2 arcsin(|x - y| / 2)^2 of unit rows: [..., N, D], [..., K, D] -> [..., N, K].
at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets);

// 1 - x . y of unit rows, of the same shapes: nearly the same where they are near, weaker afar.
at::Tensor cosine_distance(const at::Tensor& rows, const at::Tensor& targets);
// The one that the guide is told to use.
at::Tensor target_distance(const Guide& guide, const at::Tensor& rows, const at::Tensor& targets);

// |w| times the mean over N of s d, s the sign of w; distances that have reached `stop` pull no
// more. distances [B, N, K], weights and stops [B, K] -> [B].
at::Tensor prompt_loss(const at::Tensor& distances, const at::Tensor& weights,
                       const at::Tensor& stops);

}  // namespace pincel
