// SPDX-License-Identifier: MIT
#include "commands/bench/curves.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace pincel {
namespace {

using Point = Curve::Point;
using Points = std::vector<Point>;

constexpr std::array<const char*, 6> kColours = {"#1f77b4", "#d62728", "#2ca02c",
                                                 "#9467bd", "#ff7f0e", "#17becf"};
constexpr double kWidth = 720, kHeight = 420;  // of the picture
constexpr double kLeft = 60, kRight = 20, kTop = 34, kBottom = 44;
constexpr int kMeanPoints = 200;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

// A step of 1, 2 or 5 times a power of ten that parts a range into about five.
double nice_step(double range) {
  const double rough = std::max(range, 1e-9) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

// Where values lie on the picture.
class PlotFrame {
 public:
  explicit PlotFrame(const std::vector<Curve>& curves) {
    for (const Curve& curve : curves) {
      include(curve.line);
      for (const Points& points : curve.behind) include(points);
    }
    if (high_.x <= low_.x) high_.x = low_.x + 1;
    if (high_.y <= low_.y) high_.y = low_.y + 1;
  }

  double across(double x) const {
    return kLeft + (x - low_.x) / (high_.x - low_.x) * (kWidth - kLeft - kRight);
  }
  double down(double y) const {
    return kHeight - kBottom - (y - low_.y) / (high_.y - low_.y) * (kHeight - kTop - kBottom);
  }

  std::string axes(const ChartText& text) const {
    std::string out = fmt::format("<text class=\"title\" x=\"{}\" y=\"20\">{}</text>\n", kLeft,
                                  escaped(text.title));
    const double rise = nice_step(high_.y - low_.y);
    for (double y = std::ceil(low_.y / rise) * rise; y <= high_.y; y += rise) {
      out += fmt::format(
          "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
          "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.4g}</text>\n",
          kLeft, kWidth - kRight, down(y), kLeft - 6, down(y) + 4, std::abs(y) < 1e-12 ? 0.0 : y);
    }
    const double run = nice_step(high_.x - low_.x);
    for (double x = std::ceil(low_.x / run) * run; x <= high_.x; x += run) {
      out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.4g}</text>\n",
                         across(x), kHeight - kBottom + 16, x);
    }
    return out + fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                             (kLeft + kWidth - kRight) / 2, kHeight - 8, escaped(text.across));
  }

  std::string polyline(const Points& points, const std::string& style) const {
    std::string places;
    for (const Point& point : points) {
      places += fmt::format("{:.1f},{:.1f} ", across(point.x), down(point.y));
    }
    return fmt::format("<polyline points=\"{}\" fill=\"none\" {}/>\n", places, style);
  }

 private:
  void include(const Points& points) {
    for (const Point& point : points) {
      high_ = {std::max(high_.x, point.x), std::max(high_.y, point.y)};
      low_ = {std::min(low_.x, point.x), std::min(low_.y, point.y)};
    }
  }

  Point low_{0, 1e300};
  Point high_{0, -1e300};
};

// The value at x, which no point's x is beyond at both ends.
double value_at(const Points& points, double x) {
  const auto after =
      std::find_if(points.begin(), points.end(), [&](const Point& point) { return point.x >= x; });
  if (after == points.end()) return points.back().y;
  if (after == points.begin()) return after->y;
  const Point& before = *(after - 1);
  const double share = (x - before.x) / (after->x - before.x);
  return before.y + share * (after->y - before.y);
}

}  // namespace

std::string draw_chart(const ChartText& text, const std::vector<Curve>& curves) {
  const PlotFrame frame(curves);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<style>text{{font:11px sans-serif;fill:#444}}"
      ".title{{font-weight:bold;font-size:13px}}.grid{{stroke:#ddd}}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
      kWidth, kHeight);
  out += frame.axes(text);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const std::string colour = kColours[i % kColours.size()];
    for (const Points& points : curves[i].behind) {
      out += frame.polyline(points, fmt::format("stroke=\"{}\" opacity=\"0.15\"", colour));
    }
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const std::string colour = kColours[i % kColours.size()];
    out +=
        frame.polyline(curves[i].line, fmt::format("stroke=\"{}\" stroke-width=\"2.2\"", colour));
    out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" style=\"fill:{}\">{}</text>\n",
                       kWidth - kRight, 20 + 14 * static_cast<int>(i), colour,
                       escaped(curves[i].name));
  }
  return out + "</svg>\n";
}

std::vector<Curve::Point> mean_curve(const std::vector<std::vector<Curve::Point>>& curves) {
  if (curves.empty()) return {};
  double begin = 0, end = 0;
  for (const Points& points : curves) {
    begin = std::max(begin, points.front().x);
    end = std::max(end, points.back().x);
  }
  Points mean;
  for (int i = 0; i <= kMeanPoints; ++i) {
    const double x = begin + (end - begin) * i / kMeanPoints;
    double sum = 0;
    for (const Points& points : curves) sum += value_at(points, x);
    mean.push_back({x, sum / static_cast<double>(curves.size())});
  }
  return mean;
}

double first_reached(const std::vector<Curve::Point>& curve, double y) {
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (curve[i].y < y) continue;
    if (i == 0) return curve[0].x;
    const Point& before = curve[i - 1];
    return before.x + (y - before.y) / (curve[i].y - before.y) * (curve[i].x - before.x);
  }
  return -1;
}

}  // namespace pincel
