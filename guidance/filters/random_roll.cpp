// SPDX-License-Identifier: MIT
#include "guidance/filters/random_roll.h"

#include <torch/torch.h>

#include "core/ops/random_numbers.h"

namespace pincel {
namespace {

std::int64_t shift(std::uint32_t word, std::int64_t length) {
  return static_cast<std::int64_t>(static_cast<double>(ops::uniform(word)) *
                                   static_cast<double>(length));
}

}  // namespace

at::Tensor randomly_rolled(const at::Tensor& images, const FilterMoment& moment) {
  if (moment.keys.empty()) return images;
  std::vector<at::Tensor> rolled;
  for (std::int64_t b = 0; b < images.size(0); ++b) {
    const CutoutKey& key = moment.keys[static_cast<std::size_t>(b)];
    const auto words =
        ops::philox({0, 0, static_cast<std::uint32_t>(moment.step), ops::kFilterStream},
                    ops::random_key(key.seed));
    rolled.push_back(
        images[b].roll({shift(words.a, images.size(2)), shift(words.b, images.size(3))}, {1, 2}));
  }
  return torch::stack(rolled);
}

}  // namespace pincel
