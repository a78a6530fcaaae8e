// SPDX-License-Identifier: MIT
// Drawer `clipdraw`: many short coloured strokes on paper, each with its own way, width, colour and
// opacity (Frans et al. 2021). Needs no weights; leaves the strokes as an SVG beside the picture.
// Options: strokes 1024, segments 3 (each stroke has 1 to so many), min_stroke_width 1 and
// max_stroke_width 5 (% of the height), paper white.
// Example: pincel paint "a red apple" --drawer clipdraw --drawer.clipdraw.strokes 256
#include "core/error.h"
#include "core/options.h"
#include "generator/stroke_drawer.h"

namespace pincel {
namespace {

struct ClipdrawOptions {
  std::int64_t strokes = 1024;
  std::int64_t segments = 3;
  double min_stroke_width = 1;
  double max_stroke_width = 5;
  std::string paper = "white";

  template <class V>
  void fields(V&& visit) {
    visit("strokes", strokes, "how many", Range{1, 65536});
    visit("segments", segments, "curves in a stroke, at most", Range{1, 32});
    visit("min_stroke_width", min_stroke_width, "% of the height", Range{0.01, 100});
    visit("max_stroke_width", max_stroke_width, "% of the height", Range{0.01, 100});
    visit("paper", paper, "colour that the strokes lie on");
  }
};

}  // namespace

OptionBox clipdraw_drawer_options() { return OptionBox::of<ClipdrawOptions>(); }

std::unique_ptr<Drawer> make_clipdraw_drawer(const OptionBox& box, const Canvas& canvas) {
  const auto& options = box.as<ClipdrawOptions>();
  require(options.min_stroke_width <= options.max_stroke_width, ExitCode::bad_value,
          "drawer.clipdraw.min_stroke_width is {}, expected at most max_stroke_width, {}",
          options.min_stroke_width, options.max_stroke_width);
  return std::make_unique<StrokeDrawer>(
      StrokeStyle{.strokes = options.strokes,
                  .segments = options.segments,
                  .least_segments = 1,
                  .least_width = options.min_stroke_width,
                  .most_width = options.max_stroke_width,
                  .reach = 0.1,
                  .paper = parse_colour(options.paper, "drawer.clipdraw.paper"),
                  .has_ink = false,
                  .moves_paper = false},
      canvas);
}

}  // namespace pincel
