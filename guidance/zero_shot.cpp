// SPDX-License-Identifier: MIT
#include "guidance/zero_shot.h"

#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "guidance/clip.h"
#include "prompts/templates.h"

namespace pincel {
namespace {

// Of each cosine [1, N], as the model was trained to tell: SigLIP of each text by itself.
at::Tensor probabilities_of(const Clip& clip, const at::Tensor& cosines) {
  if (const auto bias = clip.bias()) return (cosines * clip.scale() + *bias).sigmoid();
  return cosines.mul(clip.scale()).softmax(1);
}

}  // namespace

at::Tensor label_embeddings(const Clip& clip, const std::vector<std::string>& labels,
                            const std::vector<std::string>& templates) {
  constexpr std::size_t kTextsAtOnce = 256;
  std::vector<at::Tensor> sums;
  for (std::size_t begin = 0; begin < labels.size(); begin += kTextsAtOnce) {
    at::Tensor sum;
    for (const std::string& sentence : templates) {
      std::vector<std::string> sentences;
      for (std::size_t i = begin; i < std::min(begin + kTextsAtOnce, labels.size()); ++i) {
        sentences.push_back(filled(sentence, labels[i]));
      }
      const auto rows = clip.texts(sentences);
      sum = sum.defined() ? sum + rows : rows;
    }
    sums.push_back(sum / sum.norm(2, -1, true));
  }
  return torch::cat(sums);
}

Ranking rank_texts(const Clip& clip, const at::Tensor& picture, const at::Tensor& texts) {
  const auto shares = probabilities_of(clip, picture.matmul(texts.t()))
                          .to(at::kCPU, at::kDouble)
                          .contiguous();  // [1, N]
  const double* values = shares.const_data_ptr<double>();
  Ranking ranking{{values, values + shares.numel()}, {}};
  ranking.order.resize(ranking.probabilities.size());
  std::iota(ranking.order.begin(), ranking.order.end(), std::size_t{0});
  std::stable_sort(ranking.order.begin(), ranking.order.end(), [&](std::size_t a, std::size_t b) {
    return ranking.probabilities[a] > ranking.probabilities[b];
  });
  return ranking;
}

}  // namespace pincel
