// SPDX-License-Identifier: MIT
#include "core/roc.h"

#include <cmath>

#include "tests/temporary_folder.h"

namespace pincel::roc_test {
namespace {

// sklearn.metrics: roc_auc_score 0.8333..., roc_curve (0, 0), (0, 1/2), (1/3, 1/2), (1/3, 1), (1,
// 1).
const LabelledScores kScores{.meant = {0.9, 0.4}, .others = {0.5, 0.2, 0.1}};

TEST_CASE("a ROC goes from nothing to all, and its area is the chance of the right order") {
  const auto curve = roc_curve(kScores);
  REQUIRE(curve.size() == 6);
  CHECK(std::isinf(curve[0].threshold));
  CHECK(curve[1].true_rate == 0.5);
  CHECK(curve[1].false_rate == 0);
  CHECK(curve[3].true_rate == 1);
  CHECK(std::abs(curve[3].false_rate - 1.0 / 3) < 1e-12);
  CHECK(curve.back().false_rate == 1);
  CHECK(std::abs(area_under(curve) - 5.0 / 6) < 1e-12);
}

TEST_CASE("equal scores count half") {
  CHECK(area_under(roc_curve({{1, 1}, {1, 1}})) == 0.5);
  CHECK(area_under(roc_curve({{2}, {1}})) == 1);
  CHECK(area_under(roc_curve({{1}, {2}})) == 0);
}

TEST_CASE("a threshold for a wished rate flags at most that share of the others") {
  const auto curve = roc_curve(kScores);
  const RocPoint none = at_false_rate(curve, 0);
  CHECK(none.true_rate == 0.5);
  CHECK(std::abs(none.threshold - 0.7) < 1e-12);  // between 0.9 and 0.5
  CHECK(at_threshold(kScores, none.threshold).false_rate == 0);
  const RocPoint third = at_false_rate(curve, 0.34);
  CHECK(third.true_rate == 1);
  CHECK(std::abs(third.threshold - 0.3) < 1e-12);
  CHECK(std::isinf(at_false_rate(roc_curve({{1}, {2}}), 0).threshold));
}

TEST_CASE("a ROC of one kind alone is refused") {
  tests::refusal(ExitCode::bad_data, [] { roc_curve({{1}, {}}); });
}

}  // namespace
}  // namespace pincel::roc_test
