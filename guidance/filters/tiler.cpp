// SPDX-License-Identifier: MIT
// Filter `tiler`: the picture is looked at as a tile of an endless floor, rolled by a random way in
// each step, so that its edges come to fit. What is saved is not rolled.
// Options: none.
// Example: pincel paint "blue flowers" --filters tiler
#include <torch/torch.h>

#include "core/ops/random_numbers.h"
#include "guidance/filter.h"

namespace pincel {
namespace {

class TilerFilter : public PictureFilter {
 public:
  Filtered apply(const at::Tensor& images, const FilterMoment& moment) const override {
    if (moment.keys.empty()) return {images, {}};
    std::vector<at::Tensor> rolled;
    for (std::int64_t b = 0; b < images.size(0); ++b) {
      const CutoutKey& key = moment.keys[static_cast<std::size_t>(b)];
      const auto words =
          ops::philox({0, 0, static_cast<std::uint32_t>(moment.step), ops::kFilterStream},
                      ops::random_key(key.seed));
      rolled.push_back(
          images[b].roll({shift(words.a, images.size(2)), shift(words.b, images.size(3))}, {1, 2}));
    }
    return {torch::stack(rolled), {}};
  }

 private:
  static std::int64_t shift(std::uint32_t word, std::int64_t length) {
    return static_cast<std::int64_t>(static_cast<double>(ops::uniform(word)) *
                                     static_cast<double>(length));
  }
};

}  // namespace

OptionBox tiler_filter_options() { return {}; }

std::unique_ptr<PictureFilter> make_tiler_filter(const OptionBox& /*options*/) {
  return std::make_unique<TilerFilter>();
}

}  // namespace pincel
