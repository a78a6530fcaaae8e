// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/oklab.h"
#include "core/ops/nearest_code.h"
#include "core/palette.h"

namespace pincel {
namespace {

constexpr int kRounds = 10;  // of k-means

// Alike pixels taken together: 32 levels of each channel.
struct Shades {
  at::Tensor lab;    // [E, 3], float32: their mean
  at::Tensor count;  // [E], float32: how many pixels
};

Shades shades_of(const Picture& picture) {
  constexpr std::int64_t kLevels = 32;
  const auto bytes =
      torch::tensor(at::ArrayRef<std::uint8_t>(picture.rgb)).view({-1, 3}).to(torch::kLong);
  const auto cells = bytes.div(256 / kLevels, "floor");
  const auto cell =
      (cells.select(1, 0) * kLevels + cells.select(1, 1)) * kLevels + cells.select(1, 2);
  const auto counts = torch::bincount(cell, {}, kLevels * kLevels * kLevels);
  auto sums = torch::zeros({kLevels * kLevels * kLevels, 3}, torch::kDouble);
  sums.index_add_(0, cell, bytes.to(torch::kDouble));
  const auto used = counts.nonzero().squeeze(1);
  const auto count = counts.index_select(0, used).to(torch::kFloat);
  const auto mean = (sums.index_select(0, used) / (255 * count.unsqueeze(1))).to(torch::kFloat);
  return {oklab_from_rgb(mean), count};
}

struct Box {
  std::vector<std::int64_t> shades;
  std::size_t side = 0;  // its longest: L, a or b
  double size = 0;       // pixels times that length
};

class MedianCut {
 public:
  explicit MedianCut(const Shades& shades)
      : lab_(shades.lab.const_data_ptr<float>()), count_(shades.count.const_data_ptr<float>()) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(shades.count.size(0)));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    boxes_.push_back(measured(std::move(all)));
  }

  // Halves the box that matters most; false where none can be.
  bool cut() {
    const auto box = std::max_element(boxes_.begin(), boxes_.end(),
                                      [](const Box& a, const Box& b) { return a.size < b.size; });
    if (box->size <= 0) return false;
    auto shades = std::move(box->shades);
    const std::size_t side = box->side;
    std::sort(shades.begin(), shades.end(), [&](std::int64_t a, std::int64_t b) {
      return std::pair(value(a, side), a) < std::pair(value(b, side), b);
    });
    const double half = pixels(shades) / 2;
    auto middle = shades.begin() + 1;
    for (double below = count_[shades[0]]; below < half && middle + 1 < shades.end(); ++middle) {
      below += count_[*middle];
    }
    std::vector<std::int64_t> upper(middle, shades.end());
    shades.erase(middle, shades.end());
    *box = measured(std::move(shades));
    boxes_.push_back(measured(std::move(upper)));
    return true;
  }

  at::Tensor means() const {  // [boxes, 3]
    std::vector<float> values;
    for (const Box& box : boxes_) {
      const double sum = pixels(box.shades);
      for (std::size_t c = 0; c < 3; ++c) {
        double mean = 0;
        for (const auto shade : box.shades) mean += count_[shade] / sum * value(shade, c);
        values.push_back(static_cast<float>(mean));
      }
    }
    return torch::tensor(values).view({-1, 3});
  }

 private:
  float value(std::int64_t shade, std::size_t side) const {
    return lab_[3 * static_cast<std::size_t>(shade) + side];
  }
  double pixels(const std::vector<std::int64_t>& shades) const {
    return std::accumulate(shades.begin(), shades.end(), 0.0,
                           [&](double sum, std::int64_t shade) { return sum + count_[shade]; });
  }
  Box measured(std::vector<std::int64_t> shades) const {
    Box box{std::move(shades)};
    double longest = 0;
    for (std::size_t side = 0; side < 3; ++side) {
      const auto [low, high] = std::minmax_element(
          box.shades.begin(), box.shades.end(),
          [&](std::int64_t a, std::int64_t b) { return value(a, side) < value(b, side); });
      const double length = value(*high, side) - value(*low, side);
      if (length > longest) box.side = side;
      longest = std::max(longest, length);
    }
    box.size = box.shades.size() < 2 ? 0 : longest * pixels(box.shades);
    return box;
  }

  const float* lab_;
  const float* count_;
  std::vector<Box> boxes_;
};

}  // namespace

std::vector<Colour> main_colours(const Picture& picture, std::int64_t count) {
  const torch::NoGradGuard no_grad;
  const Shades shades = shades_of(picture);
  MedianCut cut(shades);
  for (std::int64_t i = 1; i < count && cut.cut(); ++i) continue;
  at::Tensor centres = cut.means();  // [P, 3]
  for (int round = 0; round < kRounds; ++round) {
    const auto nearest = ops::nearest_code(shades.lab, centres);
    auto sums = torch::zeros_like(centres);
    sums.index_add_(0, nearest, shades.lab * shades.count.unsqueeze(1));
    auto weights = torch::zeros({centres.size(0), 1});
    weights.index_add_(0, nearest, shades.count.unsqueeze(1));
    centres = torch::where(weights > 0, sums / weights.clamp_min(1), centres);
  }
  const auto dark_first = centres.index_select(0, centres.select(1, 0).argsort(true, 0));
  const auto rgb = rgb_from_oklab(dark_first).clamp(0, 1).contiguous();
  const auto* values = rgb.const_data_ptr<float>();
  std::vector<Colour> colours;
  for (std::int64_t i = 0; i < rgb.size(0); ++i) {
    colours.push_back({values[3 * i], values[3 * i + 1], values[3 * i + 2]});
  }
  return colours;
}

}  // namespace pincel
