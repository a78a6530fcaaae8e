// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace pincel {

// A mean and how sure it is.
struct MeanEstimate {
  std::size_t count = 0;
  double mean = 0;
  double half_width = 0;  // of the 95 % confidence interval (Student's t); infinite below 2 values
};
MeanEstimate estimate_mean(const std::vector<double>& values);

// The value that a Student-t variable stays below with this probability (between 0 and 1).
double student_quantile(double probability, double degrees_of_freedom);

// One value and the group it belongs to, numbered from 0.
struct GroupedValue {
  std::size_t group = 0;
  double value = 0;
};

// How much of the differences between values lies between their groups.
struct VarianceShare {
  double share = 0;      // eta squared: sum of squares between groups by the whole one; 0 of equals
  double by_chance = 0;  // what groups that mean nothing would be expected to show
  double degrees = 0;    // of freedom: groups less one
  double p_value = 1;    // how likely they would show as much, all the rest being chance
};
VarianceShare variance_between(const std::vector<GroupedValue>& values);

// How likely chance gives groups a share as large beside a rest that is chance (F test), each with
// its degrees of freedom; 1 where there is nothing to tell by.
double chance_of_share(double share, double degrees, double rest, double rest_degrees);

}  // namespace pincel
