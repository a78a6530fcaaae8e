// SPDX-License-Identifier: MIT
#include "commands/bench/curves.h"
#include "tests/catch.h"

namespace pincel::bench_curves_test {
namespace {

using Points = std::vector<Curve::Point>;

TEST_CASE("a curve reaches a height between its points, or never") {
  const Points curve = {{1, 0.0}, {2, 0.4}, {3, 0.2}, {5, 0.8}};
  CHECK(first_reached(curve, 0.2) == Approx(1.5));
  CHECK(first_reached(curve, 0.5) == Approx(4));
  CHECK(first_reached(curve, -1) == Approx(1));
  CHECK(first_reached(curve, 0.9) == -1);
  CHECK(first_reached({}, 0) == -1);
}

TEST_CASE("the mean begins where all have begun and keeps what has ended") {
  const auto mean = mean_curve({{{0, 0}, {10, 10}}, {{2, 4}, {4, 8}}});
  CHECK(mean.front().x == 2);
  CHECK(mean.front().y == Approx(3));
  CHECK(mean.back().x == 10);
  CHECK(mean.back().y == Approx(9));
  CHECK(mean_curve({}).empty());
}

TEST_CASE("a chart holds every line and its name, fit for XML") {
  const std::string svg = draw_chart(
      {"a & b", "seconds"},
      {{"ours <fast>", {{0, 0}, {1, 1}}, {{{0, 0}, {1, 0.5}}}}, {"theirs", {{0, 0}, {2, 1}}, {}}});
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.find("a &amp; b") != std::string::npos);
  CHECK(svg.find("ours &lt;fast>") != std::string::npos);
  CHECK(svg.find("theirs") != std::string::npos);
  std::size_t lines = 0;
  for (std::size_t at = svg.find("<polyline"); at != std::string::npos;
       at = svg.find("<polyline", at + 1))
    ++lines;
  CHECK(lines == 3);
  CHECK(draw_chart({"", ""}, {}).ends_with("</svg>\n"));
}

}  // namespace
}  // namespace pincel::bench_curves_test
