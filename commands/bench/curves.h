// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

// One thing on a chart: the line that matters, and thin ones behind it that it is the mean of.
struct Curve {
  struct Point {
    double x = 0;
    double y = 0;
  };
  std::string name;
  std::vector<Point> line;
  std::vector<std::vector<Point>> behind;
};

struct ChartText {
  std::string title;
  std::string across;  // what x is
};

// A chart as SVG that needs nothing else to be seen.
std::string draw_chart(const ChartText& text, const std::vector<Curve>& curves);

// The mean of curves over x, between the last of their beginnings and the last of their ends; a
// curve that has ended keeps its last value. Empty of none.
std::vector<Curve::Point> mean_curve(const std::vector<std::vector<Curve::Point>>& curves);

// The least x at which the curve is at `y` or above, between its points as well; -1: never.
double first_reached(const std::vector<Curve::Point>& curve, double y);

}  // namespace pincel
