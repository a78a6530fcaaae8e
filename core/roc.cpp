// SPDX-License-Identifier: MIT
#include "core/roc.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

double share(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

std::vector<RocPoint> roc_curve(const LabelledScores& scores) {
  require(!scores.meant.empty() && !scores.others.empty(), ExitCode::bad_data,
          "{} scores of what is meant and {} of others, expected some of both", scores.meant.size(),
          scores.others.size());
  std::vector<std::pair<double, bool>> all;
  for (const double score : scores.meant) all.emplace_back(score, true);
  for (const double score : scores.others) all.emplace_back(score, false);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<RocPoint> curve{{std::numeric_limits<double>::infinity(), 0, 0}};
  std::size_t found = 0;
  std::size_t flagged = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ++(all[i].second ? found : flagged);
    if (i + 1 < all.size() && all[i + 1].first == all[i].first) continue;
    curve.push_back(
        {all[i].first, share(flagged, scores.others.size()), share(found, scores.meant.size())});
  }
  return curve;
}

double area_under(const std::vector<RocPoint>& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    area += (curve[i].false_rate - curve[i - 1].false_rate) *
            (curve[i].true_rate + curve[i - 1].true_rate) / 2;
  }
  return area;
}

RocPoint at_false_rate(const std::vector<RocPoint>& curve, double rate) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < curve.size() && curve[i].false_rate <= rate; ++i) {
    if (curve[i].true_rate > curve[best].true_rate) best = i;
  }
  RocPoint point = curve.at(best);
  if (best > 0 && best + 1 < curve.size()) {
    point.threshold = (point.threshold + curve[best + 1].threshold) / 2;
  }
  return point;
}

RocPoint at_threshold(const LabelledScores& scores, double threshold) {
  const auto share_of = [threshold](const std::vector<double>& values) {
    const auto reached = std::count_if(values.begin(), values.end(),
                                       [threshold](double value) { return value >= threshold; });
    return share(static_cast<std::size_t>(reached), values.size());
  };
  return {threshold, share_of(scores.others), share_of(scores.meant)};
}

}  // namespace pincel
