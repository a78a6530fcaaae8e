// SPDX-License-Identifier: MIT
#include "generator/start_picture.h"

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "core/utf8.h"
#include "generator/fitted.h"
#include "prompts/moment.h"
#include "prompts/region.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

bool is_start_file(std::string_view name) {
  std::error_code ignored;
  return fs::exists(fs::path(name), ignored);
}

bool is_start_name(std::string_view name) {
  return std::any_of(starts().begin(), starts().end(),
                     [&](const auto& entry) { return entry.name == name; });
}

// A word without a dot or a slash is meant as a name, unless such a file is there.
bool is_meant_as_file(std::string_view source) {
  if (is_start_name(source)) return false;
  return source.find_first_of("./") != source.npos || is_start_file(source);
}

StartPart parse_start_part(std::string_view text) {
  const std::size_t equals = text.find('=');
  const bool has_place = equals != text.npos && !is_start_file(text);
  if (!has_place) return {"", std::string(text)};
  const RegionText region = parse_region(text);
  return {region.place, region.prompts};
}

// The rows and columns of a mask [1, 1, H, W] that hold anything.
struct StartBox {
  std::int64_t top, left, height, width;
};
StartBox start_box(const at::Tensor& mask) {
  const auto extent = [](const at::Tensor& line) {  // [n]
    const auto held = line.nonzero();
    return std::pair{held[0].item<std::int64_t>(), held[-1].item<std::int64_t>() + 1};
  };
  const auto [top, bottom] = extent(mask.amax({0, 1, 3}));
  const auto [left, right] = extent(mask.amax({0, 1, 2}));
  return {top, left, bottom - top, right - left};
}

// Draws the parts of one start.
class StartDrawing {
 public:
  StartDrawing(Drawer& drawer, const Canvas& canvas, const StartOptions& options,
               std::span<at::Generator> generators)
      : drawer_(drawer), canvas_(canvas), options_(options), generators_(generators) {}

  // Undefined: the drawer's own noise. A file has a size of its own.
  at::Tensor drawn(const std::string& source, std::int64_t height, std::int64_t width) const {
    if (!is_start_name(source)) return read_image(source).to(canvas_.device);
    const auto start = find(starts(), source, "start").make(options_.kinds.of(source));
    const auto picture = start->draw({.height = height, .width = width, .generators = generators_});
    return picture.defined() ? picture.to(canvas_.device) : picture;
  }

  // The same at that size, whatever it is.
  at::Tensor fitted(const std::string& source, std::int64_t height, std::int64_t width) const {
    auto picture = drawn(source, height, width);
    if (!picture.defined()) {
      drawer_.start_from_noise(generators_);
      picture = drawer_.render().to(at::kFloat);
    }
    const bool fits = picture.size(2) == height && picture.size(3) == width;
    return fits ? picture : fitted_to(picture, height, width);
  }

  at::Tensor composed(const std::vector<StartPart>& parts) const {
    const auto height = canvas_.height;
    const auto width = canvas_.width;
    const bool has_ground = parts[0].place.empty();
    at::Tensor picture;
    find(starts(), options_.beneath, "start");  // no file
    if (!has_ground || options_.share < 1) picture = fitted(options_.beneath, height, width);
    const auto beneath = picture;
    if (has_ground) picture = fitted(parts[0].source, height, width);
    for (std::size_t i = has_ground ? 1 : 0; i < parts.size(); ++i) {
      const auto mask = Region(parts[i].place, options_.edge).mask(height, width, canvas_.device);
      const StartBox box = start_box(mask);
      const auto part = fitted(parts[i].source, box.height, box.width);
      const auto share =
          mask.slice(2, box.top, box.top + box.height).slice(3, box.left, box.left + box.width);
      picture = picture.expand({std::max(picture.size(0), part.size(0)), -1, -1, -1}).clone();
      picture.slice(2, box.top, box.top + box.height)
          .slice(3, box.left, box.left + box.width)
          .mul_(1 - share)
          .add_(part * share);
    }
    if (options_.share == 1) return picture;
    return options_.share * picture + (1 - options_.share) * beneath;
  }

 private:
  Drawer& drawer_;
  const Canvas& canvas_;
  const StartOptions& options_;
  std::span<at::Generator> generators_;
};

}  // namespace

std::vector<StartPart> parse_start(std::string_view text) {
  std::vector<StartPart> parts;
  for (std::string_view rest = text;;) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    const std::string_view part = trimmed(rest.substr(0, end));
    require(!part.empty(), ExitCode::bad_value,
            "init '{}': nothing on one side of a '|'; as in \"sky.jpg | left=tree.png\"",
            printable(text));
    parts.push_back(parse_start_part(part));
    const StartPart& last = parts.back();
    require(parts.size() == 1 || !last.place.empty(), ExitCode::bad_value,
            "init '{}': '{}' says not where; only the first part fills the picture, as in "
            "\"sky.jpg | left=tree.png\"",
            printable(text), printable(last.source));
    if (end == rest.size()) return parts;
    rest.remove_prefix(end + 1);
  }
}

void expect_start(std::string_view text) {
  for (const StartPart& part : parse_start(text)) {
    if (!is_meant_as_file(part.source)) find(starts(), part.source, "start");
    if (!part.place.empty()) static_cast<void>(Region(part.place, 0));  // knows the shapes
  }
}

std::string with_start_files(const std::string& text,
                             const std::function<std::string(const std::string&)>& change) {
  std::string changed;
  for (const StartPart& part : parse_start(text)) {
    if (!changed.empty()) changed += " | ";
    if (!part.place.empty()) {
      const std::string bare(without_not(part.place));
      const bool is_picture = !is_shape(part.place);
      changed += part.place.substr(0, part.place.size() - bare.size());
      changed += is_picture ? change(bare) : bare;
      changed += '=';
    }
    changed += is_start_name(part.source) ? part.source : change(part.source);
  }
  return changed;
}

std::vector<std::string> named_starts(const std::string& text, const StartOptions& options) {
  std::vector<std::string> names{options.beneath};
  if (text.empty() || text == "sample") return names;
  for (const StartPart& part : parse_start(text)) {
    if (is_start_name(part.source)) names.push_back(part.source);
  }
  return names;
}

at::Tensor start_from_picture(Drawer& drawer, const Canvas& canvas, std::string_view text,
                              const StartOptions& options, std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  const auto parts = parse_start(text);
  const StartDrawing drawing(drawer, canvas, options, generators);
  const bool is_plain = parts.size() == 1 && parts[0].place.empty() && options.share == 1;
  const auto picture = is_plain ? drawing.drawn(parts[0].source, canvas.height, canvas.width)
                                : drawing.composed(parts);
  if (picture.defined()) {
    drawer.start_from(picture);
  } else {
    drawer.start_from_noise(generators);
  }
  return picture;
}

}  // namespace pincel
