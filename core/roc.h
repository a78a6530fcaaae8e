// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace pincel {

// A step of a receiver operating characteristic: with this threshold, these shares of what is not
// meant and of what is meant score at least that much.
struct RocPoint {
  double threshold = 0;
  double false_rate = 0;
  double true_rate = 0;
};

// Scores of what a threshold is to find and of what it is to leave.
struct LabelledScores {
  std::vector<double> meant;
  std::vector<double> others;
};

// From (0, 0) to (1, 1), by falling thresholds, one point for each different score. Error (bad
// data) unless there are scores of both kinds.
std::vector<RocPoint> roc_curve(const LabelledScores& scores);

// The chance that something meant scores higher than something else, equal scores counting half.
double area_under(const std::vector<RocPoint>& curve);

// The point of the highest true rate with a false rate of at most `rate`; its threshold lies
// halfway to the next lower score. The first point's is infinite where nothing may be flagged.
RocPoint at_false_rate(const std::vector<RocPoint>& curve, double rate);

// What a given threshold does.
RocPoint at_threshold(const LabelledScores& scores, double threshold);

}  // namespace pincel
