// SPDX-License-Identifier: MIT
#include "prompts/region.h"

#include <ATen/ATen.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/image_file.h"
#include "core/nearest_name.h"
#include "core/utf8.h"
#include "prompts/moment.h"

namespace pincel {
namespace {

constexpr const char* kExample = "as in --region \"left=a red apple\"";
constexpr std::string_view kNot = "not ";
constexpr double kLeastShare = 1e-4;  // of the picture that a region covers

struct Shape {
  std::string_view name;
  std::size_t least, most;  // numbers that follow its name
  std::array<double, 4> usual;
};
constexpr Shape kShapes[] = {
    {"left", 0, 0, {0, 0, 50, 100}},
    {"right", 0, 0, {50, 0, 50, 100}},
    {"top", 0, 0, {0, 0, 100, 50}},
    {"bottom", 0, 0, {0, 50, 100, 50}},
    {"centre", 0, 0, {25, 25, 50, 50}},
    {"center", 0, 0, {25, 25, 50, 50}},
    {"circle", 0, 3, {50, 50, 35}},
    {"spot", 0, 2, {50, 50, 25}},
    {"box", 4, 4, {}},
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trimmed(text)).empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

const Shape* find_shape(std::string_view name) {
  for (const Shape& shape : kShapes) {
    if (shape.name == name) return &shape;
  }
  return nullptr;
}

double read_percent(std::string_view word, std::string_view place) {
  std::string_view digits = word;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  require(error == std::errc() && stop == end && value >= -100 && value <= 200, ExitCode::bad_value,
          "region '{}': '{}' is no percentage; expected such as 50", printable(place),
          printable(word));
  return value;
}

[[noreturn]] void refuse_place(std::string_view place, std::string_view name) {
  std::vector<std::string> names;
  std::string known;
  for (const Shape& shape : kShapes) {
    names.emplace_back(shape.name);
    known += (known.empty() ? "" : ", ") + names.back();
  }
  const std::string near = nearest_name(name, names);
  fail(ExitCode::bad_value, "region '{}': neither a picture file nor a shape{}; known: {}",
       printable(place), near.empty() ? "" : fmt::format(", did you mean '{}'?", near), known);
}

// From the middle of the first pixel to that of the last.
at::Tensor middles(double length) { return at::arange(length, at::kDouble) + 0.5; }

// Rises evenly from 0 to 1 where a distance goes from half an edge outside to half an edge inside.
at::Tensor softened(const at::Tensor& inside, double edge) {
  return (inside / std::max(edge, 1.0) + 0.5).clamp(0, 1);
}

// A pixel becomes the mean of those less than half of `width` away, twice.
at::Tensor blurred(at::Tensor mask, double width) {
  const auto reach = static_cast<std::int64_t>(width / 4);
  if (reach < 1) return mask;
  for (int pass = 0; pass < 2; ++pass) {
    mask = at::avg_pool2d(at::replication_pad2d(mask, {reach, reach, reach, reach}),
                          {2 * reach + 1, 2 * reach + 1}, {1, 1});
  }
  return mask;
}

}  // namespace

RegionText parse_region(std::string_view text) {
  const std::size_t equals = text.find('=');
  require(equals != text.npos, ExitCode::bad_value, "region '{}': says not where; write {}",
          printable(text), kExample);
  RegionText region{std::string(trimmed(text.substr(0, equals))),
                    std::string(trimmed(text.substr(equals + 1)))};
  require(!region.place.empty() && !region.prompts.empty(), ExitCode::bad_value,
          "region '{}': nothing on one side of the '='; write {}", printable(text), kExample);
  return region;
}

std::string_view without_not(std::string_view place) {
  return place.starts_with(kNot) ? trimmed(place.substr(kNot.size())) : place;
}

bool is_shape(std::string_view place) {
  const auto words = words_of(without_not(place));
  return !words.empty() && find_shape(words[0]) != nullptr;
}

Region::Region(std::string_view place, double edge)
    : place_(place), edge_(edge), is_turned_(place.starts_with(kNot)) {
  const std::string_view bare = without_not(place);
  const auto words = words_of(bare);
  const Shape* shape = words.empty() ? nullptr : find_shape(words[0]);
  if (shape == nullptr) {
    std::error_code ignored;
    if (!std::filesystem::exists(bare, ignored)) {
      refuse_place(place, words.empty() ? bare : std::string_view(words[0]));
    }
    const at::Tensor rgb = read_image(std::string(bare));
    picture_ = rgb.mean(at::IntArrayRef{1}, true);
    return;
  }
  name_ = shape->name;
  box_ = shape->usual;
  const std::size_t count = words.size() - 1;
  require(count == 0 ? shape->least == 0 : count >= shape->least && count <= shape->most,
          ExitCode::bad_value,
          "region '{}': {} numbers behind '{}', expected {}, in percent, apart by spaces",
          printable(place), count, name_,
          name_ == "box"     ? "X Y W H"
          : shape->most == 3 ? "X Y R"
          : shape->most == 2 ? "X Y"
                             : "none");
  for (std::size_t i = 0; i < count; ++i) box_.at(i) = read_percent(words[i + 1], place);
}

// Pixels to the nearest border of the shape, positive inside, softened. [1, 1, H, W]
at::Tensor Region::shape(double height, double width) const {
  const double shorter = std::min(height, width);
  const at::Tensor x = middles(width).view({1, 1, 1, -1});
  const at::Tensor y = middles(height).view({1, 1, -1, 1});
  if (name_ == "circle" || name_ == "spot") {
    const at::Tensor across = x - box_[0] / 100 * width;
    const at::Tensor down = y - box_[1] / 100 * height;
    const at::Tensor distance = (across.square() + down.square()).sqrt();
    const double radius = box_[2] / 100 * shorter;
    // A spot is all edge: full in its middle, gone at twice its radius.
    const double edge = name_ == "spot" ? 2 * radius : edge_ * shorter;
    return softened(radius - distance, edge);
  }
  const double left = box_[0] / 100 * width;
  const double top = box_[1] / 100 * height;
  const double right = left + box_[2] / 100 * width;
  const double bottom = top + box_[3] / 100 * height;
  // What ends where the picture ends has no border there.
  const double far = height + width;
  const at::Tensor across =
      at::minimum(x - (left <= 0 ? -far : left), (right >= width ? far + width : right) - x);
  const at::Tensor down =
      at::minimum(y - (top <= 0 ? -far : top), (bottom >= height ? far + height : bottom) - y);
  return softened(at::minimum(across, down), edge_ * shorter);
}

at::Tensor Region::draw(std::int64_t height, std::int64_t width) const {
  at::Tensor mask;
  if (picture_.defined()) {
    const bool fits = picture_.size(2) == height && picture_.size(3) == width;
    mask = fits ? picture_ : at::_upsample_bilinear2d_aa(picture_, {height, width}, false);
    mask = blurred(mask, edge_ * static_cast<double>(std::min(height, width)));
  } else {
    mask = shape(static_cast<double>(height), static_cast<double>(width));
  }
  if (is_turned_) mask = 1 - mask;
  mask = mask.to(at::kFloat).clamp(0, 1);
  require(mask.mean().item<double>() > kLeastShare, ExitCode::bad_value,
          "region '{}': nothing of a picture of {}x{} lies in it", printable(place_), width,
          height);
  return mask;
}

const at::Tensor& Region::mask(std::int64_t height, std::int64_t width,
                               const at::Device& device) const {
  at::Tensor& mask = masks_[{height, width}];
  if (!mask.defined()) mask = draw(height, width).to(device);
  return mask;
}

}  // namespace pincel
