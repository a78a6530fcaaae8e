// SPDX-License-Identifier: MIT
#include "generator/condition_picture.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/image_file.h"
#include "core/label_map.h"
#include "core/resample.h"

namespace pincel {
namespace {

// The size that covers `shape` at the picture's proportions.
struct Cover {
  std::int64_t height, width;
};
Cover cover(std::int64_t height, std::int64_t width, const ConditionShape& shape) {
  const double scale = std::max(static_cast<double>(shape.height) / static_cast<double>(height),
                                static_cast<double>(shape.width) / static_cast<double>(width));
  const auto side = [&](std::int64_t from, std::int64_t least) {
    return std::max<std::int64_t>(least, std::llround(scale * static_cast<double>(from)));
  };
  return {side(height, shape.height), side(width, shape.width)};
}

// [.., H, W] -> the middle of the shape's size.
at::Tensor middle(const at::Tensor& map, const ConditionShape& shape) {
  const auto top = (map.size(-2) - shape.height) / 2;
  const auto left = (map.size(-1) - shape.width) / 2;
  return map.slice(-2, top, top + shape.height).slice(-1, left, left + shape.width);
}

// [1, 3, H, W] in [0, 1]
at::Tensor colours(const std::filesystem::path& path, const ConditionShape& shape) {
  const Picture picture = decode_picture(path);
  const auto [height, width] = cover(picture.height, picture.width, shape);
  require(std::max(height, width) <= kMaxPictureSide, ExitCode::bad_data,
          "{}: is too long and thin for a picture of {}x{}", path.string(), shape.width,
          shape.height);
  const bool is_as_wished = height == picture.height && width == picture.width;
  return middle(from_picture(is_as_wished ? picture
                                          : resized(picture, static_cast<int>(width),
                                                    static_cast<int>(height))),
                shape);
}

// Class numbers, nearest neighbours. -> [H, W] int64
at::Tensor classes(const std::filesystem::path& path, const ConditionShape& shape) {
  const LabelMap map = read_label_map(path);
  const auto highest = *std::max_element(map.labels.begin(), map.labels.end());
  require(highest < shape.channels, ExitCode::bad_data,
          "{}: has a pixel of class {}, but this model knows the classes 0 to {}", path.string(),
          highest, shape.channels - 1);
  auto labels = torch::tensor(at::ArrayRef<std::uint8_t>(map.labels), torch::kByte)
                    .view({map.height, map.width})
                    .to(torch::kLong);
  const auto [height, width] = cover(map.height, map.width, shape);
  const auto places = [](std::int64_t from, std::int64_t to) {
    return ((torch::arange(to, torch::kDouble) + 0.5) * static_cast<double>(from) /
            static_cast<double>(to))
        .floor()
        .to(torch::kLong)
        .clamp(0, from - 1);
  };
  labels =
      labels.index_select(0, places(map.height, height)).index_select(1, places(map.width, width));
  return middle(labels, shape);
}

}  // namespace

at::Tensor read_condition_picture(const std::filesystem::path& path, const ConditionShape& shape) {
  const torch::NoGradGuard no_grad;
  if (shape.channels == 3) return colours(path, shape) * 2 - 1;
  if (shape.channels == 1) {
    const auto depth = colours(path, shape).mean(1, /*keepdim=*/true);
    const auto least = depth.min();
    return (depth - least) / (depth.max() - least).clamp_min(1e-8) * 2 - 1;
  }
  return torch::one_hot(classes(path, shape), shape.channels)
      .permute({2, 0, 1})
      .unsqueeze(0)
      .to(torch::kFloat);
}

}  // namespace pincel
