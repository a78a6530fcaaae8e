// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// A number that may change as a painting goes on: "0.5", or values with the moment at which each is
// reached, in steps or in percent of all steps: "1@0 0.2@50% 0@300". Between two moments it changes
// evenly, before the first and after the last it stands still.
class Schedule {
 public:
  Schedule(double value = 0) : points_{{0, false, value}} {}  // NOLINT: a number is one

  // Error (bad value) naming `what` for text that is no schedule.
  static Schedule parse(std::string_view text, const std::string& what);

  // In the step of this number, from 0, of so many.
  double at(std::int64_t step, std::int64_t steps) const;
  bool is_constant() const { return points_.size() == 1; }
  double largest() const;    // of its values by size, with its sign
  std::string text() const;  // parse() takes it back

 private:
  struct Point {
    double moment;
    bool is_percent;
    double value;
  };
  static double step_of(const Point& point, std::int64_t steps);

  std::vector<Point> points_;
};

}  // namespace pincel
