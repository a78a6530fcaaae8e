// SPDX-License-Identifier: MIT
// Drawer `line_sketch`: a few long black lines on paper, as a pen draws them; their ways and widths
// move. Needs no weights; leaves the lines as an SVG beside the picture.
// Options: strokes 24, stroke_length 8 (curves in each), min_stroke_width 0.5 and max_stroke_width
// 2 (% of the height), paper "#f2eecb", allow_paper_colour false (its colour moves, too).
// Example: pincel paint "a horse" --drawer line_sketch --drawer.line_sketch.strokes 12
#include "core/error.h"
#include "core/options.h"
#include "generator/stroke_drawer.h"

namespace pincel {
namespace {

struct LineSketchOptions {
  std::int64_t strokes = 24;
  std::int64_t stroke_length = 8;
  double min_stroke_width = 0.5;
  double max_stroke_width = 2;
  std::string paper = "#f2eecb";
  bool allow_paper_colour = false;

  template <class V>
  void fields(V&& visit) {
    visit("strokes", strokes, "how many", Range{1, 65536});
    visit("stroke_length", stroke_length, "curves in each", Range{1, 128});
    visit("min_stroke_width", min_stroke_width, "% of the height", Range{0.01, 100});
    visit("max_stroke_width", max_stroke_width, "% of the height", Range{0.01, 100});
    visit("paper", paper, "colour that the lines lie on");
    visit("allow_paper_colour", allow_paper_colour, "whether that colour moves, too");
  }
};

}  // namespace

OptionBox line_sketch_drawer_options() { return OptionBox::of<LineSketchOptions>(); }

std::unique_ptr<Drawer> make_line_sketch_drawer(const OptionBox& box, const Canvas& canvas) {
  const auto& options = box.as<LineSketchOptions>();
  require(options.min_stroke_width <= options.max_stroke_width, ExitCode::bad_value,
          "drawer.line_sketch.min_stroke_width is {}, expected at most max_stroke_width, {}",
          options.min_stroke_width, options.max_stroke_width);
  return std::make_unique<StrokeDrawer>(
      StrokeStyle{.strokes = options.strokes,
                  .segments = options.stroke_length,
                  .least_segments = options.stroke_length,
                  .least_width = options.min_stroke_width,
                  .most_width = options.max_stroke_width,
                  .reach = 0.15,
                  .paper = parse_colour(options.paper, "drawer.line_sketch.paper"),
                  .has_ink = true,
                  .moves_paper = options.allow_paper_colour},
      canvas);
}

}  // namespace pincel
