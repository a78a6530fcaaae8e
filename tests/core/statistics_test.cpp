// SPDX-License-Identifier: MIT
#include "core/statistics.h"

#include <cmath>

#include "tests/catch.h"

namespace pincel::statistics_test {
namespace {

TEST_CASE("quantiles of Student's t are those of the tables") {
  // scipy.stats.t.ppf
  CHECK(student_quantile(0.975, 1) == Approx(12.706204736174694).epsilon(1e-9));
  CHECK(student_quantile(0.975, 2) == Approx(4.302652729749462).epsilon(1e-9));
  CHECK(student_quantile(0.975, 11) == Approx(2.200985160091640).epsilon(1e-9));
  CHECK(student_quantile(0.975, 1000) == Approx(1.9623390808264078).epsilon(1e-9));
  CHECK(student_quantile(0.95, 5) == Approx(2.0150483733330233).epsilon(1e-9));
  CHECK(student_quantile(0.025, 2) == Approx(-4.302652729749462).epsilon(1e-9));
  CHECK(std::abs(student_quantile(0.5, 3)) < 1e-9);
}

TEST_CASE("a mean has an interval from two values on") {
  const MeanEstimate three = estimate_mean({0.21, 0.25, 0.29});
  CHECK(three.count == 3);
  CHECK(three.mean == Approx(0.25));
  CHECK(three.half_width == Approx(4.302652729749462 * 0.04 / std::sqrt(3.0)));
  CHECK(std::isinf(estimate_mean({0.3}).half_width));
  CHECK(estimate_mean({}).count == 0);
  CHECK(estimate_mean({2, 2, 2}).half_width == 0);
}

TEST_CASE("the share between groups is eta squared") {
  // Groups {1, 3} and {5, 7}: 16 of 20 lie between them.
  const VarianceShare share = variance_between({{0, 1}, {0, 3}, {1, 5}, {1, 7}});
  CHECK(share.share == Approx(0.8));
  CHECK(share.by_chance == Approx(1.0 / 3));
  CHECK(share.p_value == Approx(0.10557280900008412).epsilon(1e-9));  // scipy.stats.f_oneway
  CHECK(share.degrees == 1);
  CHECK(variance_between({{0, 1}, {1, 1}, {2, 1}}).share == 0);
  CHECK(variance_between({{0, 0.1}, {1, 0.1}, {0, 0.1}}).share == 0);
  CHECK(variance_between({{0, 1}, {0, 2}, {1, 1}, {1, 2}}).share == Approx(0).margin(1e-12));
  CHECK(variance_between({}).share == 0);
}

TEST_CASE("how likely chance gives a share is told by an F test") {
  // scipy.stats.f.sf((0.2 / 3) / (0.16 / 28), 3, 28)
  CHECK(chance_of_share(0.2, 3, 0.16, 28) == Approx(3.8891623734258495e-05).epsilon(1e-9));
  CHECK(chance_of_share(0.5, 1, 0, 4) == 0);
  CHECK(chance_of_share(0, 1, 0, 4) == 1);
  CHECK(chance_of_share(0.5, 1, 0.5, 0) == 1);
}

}  // namespace
}  // namespace pincel::statistics_test
