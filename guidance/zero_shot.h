// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string>
#include <vector>

namespace pincel {

class Clip;

// One unit row per label: the mean over all templates, sentences in which {} stands for the label,
// as CLIP's prompt ensembles. Error (bad value) for a template without {}. [N, D]
at::Tensor label_embeddings(const Clip& clip, const std::vector<std::string>& labels,
                            const std::vector<std::string>& templates);

// How well one picture fits each of several texts.
struct Ranking {
  std::vector<double> probabilities;  // one per text
  std::vector<std::size_t> order;     // texts, best first; of equal ones the first first
};

// Of a picture [1, D] among texts [N, D], all of them unit rows.
Ranking rank_texts(const Clip& clip, const at::Tensor& picture, const at::Tensor& texts);

}  // namespace pincel
