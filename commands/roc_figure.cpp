// SPDX-License-Identifier: MIT
#include "commands/roc_figure.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "commands/web_page.h"

namespace pincel {
namespace {

constexpr double kPlotLeft = 60;
constexpr double kPlotTop = 20;
constexpr double kPlotWidth = 420;
constexpr double kPlotHeight = 380;
constexpr double kLeastRate = 1e-3;  // the left edge; lower rates are drawn on it
constexpr double kDecades = 3;
constexpr int kFigureWidth = 760;
constexpr int kFigureHeight = 460;
constexpr std::array kCurveColours = {"#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee",
                                      "#aa3377", "#777777", "#000000", "#ee7733", "#0077bb"};

double across(double false_rate) {
  const double rate = std::max(false_rate, kLeastRate);
  return kPlotLeft + kPlotWidth * (std::log10(rate / kLeastRate) / kDecades);
}

double down(double true_rate) { return kPlotTop + kPlotHeight * (1 - true_rate); }

std::string axes() {
  std::string svg;
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    const double y = down(tenth / 10.0);
    svg += fmt::format(
        "<path d=\"M{0} {1:.1f}H{2}\" stroke=\"#ddd\"/><text x=\"{3}\" y=\"{4:.1f}\" "
        "text-anchor=\"end\">{5} %</text>\n",
        kPlotLeft, y, kPlotLeft + kPlotWidth, kPlotLeft - 6, y + 4, tenth * 10);
  }
  for (const double rate : {0.001, 0.01, 0.1, 1.0}) {
    const double x = across(rate);
    svg += fmt::format(
        "<path d=\"M{0:.1f} {1}V{2}\" stroke=\"#ddd\"/><text x=\"{0:.1f}\" y=\"{3}\" "
        "text-anchor=\"middle\">{4:g} %</text>\n",
        x, kPlotTop, kPlotTop + kPlotHeight, kPlotTop + kPlotHeight + 18, rate * 100);
  }
  svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">false alarms</text>\n",
                     kPlotLeft + kPlotWidth / 2, kPlotTop + kPlotHeight + 38);
  svg += fmt::format(
      "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">found</text>\n",
      kPlotTop + kPlotHeight / 2);
  return svg;
}

// As steps: between two scores nothing changes.
std::string path_of(const std::vector<RocPoint>& curve) {
  std::string path;
  for (const RocPoint& point : curve) {
    path += path.empty() ? fmt::format("M{:.1f} {:.1f}", across(0), down(0)) : "";
    path += fmt::format("H{:.1f}V{:.1f}", across(point.false_rate), down(point.true_rate));
  }
  return path;
}

}  // namespace

std::string roc_figure(const std::vector<NamedCurve>& curves) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
      kFigureWidth, kFigureHeight);
  svg += axes();
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const char* colour = kCurveColours[i % kCurveColours.size()];
    const double y = kPlotTop + 14 + 20 * static_cast<double>(i);
    const double x = kPlotLeft + kPlotWidth + 20;
    svg += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                       path_of(curves[i].curve), colour);
    svg += fmt::format(
        "<path d=\"M{0} {1}h18\" stroke=\"{2}\" stroke-width=\"3\"/><text x=\"{3}\" "
        "y=\"{4}\">{5}, AUC {6:.3f}</text>\n",
        x, y - 4, colour, x + 26, y, html_text(curves[i].name), curves[i].area);
  }
  return svg + "</svg>\n";
}

}  // namespace pincel
