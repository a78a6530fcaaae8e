// SPDX-License-Identifier: MIT
#include "core/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"

namespace pincel {
namespace {

// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

// The regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

// The probability that a Student-t variable is above t >= 0.
double student_tail(double t, double degrees) {
  return 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

}  // namespace

double student_quantile(double probability, double degrees_of_freedom) {
  require(probability > 0 && probability < 1 && degrees_of_freedom > 0, ExitCode::internal,
          "no quantile of {} with {} degrees of freedom", probability, degrees_of_freedom);
  if (probability < 0.5) return -student_quantile(1 - probability, degrees_of_freedom);
  const double tail = 1 - probability;
  double low = 0, high = 1;
  while (student_tail(high, degrees_of_freedom) > tail && high < 1e300) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_tail(middle, degrees_of_freedom) > tail ? low : high) = middle;
  }
  return (low + high) / 2;
}

MeanEstimate estimate_mean(const std::vector<double>& values) {
  MeanEstimate estimate{.count = values.size()};
  if (values.empty()) return estimate;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) estimate.mean += value / count;
  if (values.size() < 2) {
    estimate.half_width = std::numeric_limits<double>::infinity();
    return estimate;
  }
  double squares = 0;
  for (const double value : values) squares += (value - estimate.mean) * (value - estimate.mean);
  const double deviation = std::sqrt(squares / (count - 1));
  estimate.half_width = student_quantile(0.975, count - 1) * deviation / std::sqrt(count);
  return estimate;
}

VarianceShare variance_between(const std::vector<GroupedValue>& values) {
  struct Sum {
    double sum = 0;
    double count = 0;
  };
  std::map<std::size_t, Sum> groups;
  double sum = 0;
  for (const GroupedValue& value : values) {
    groups[value.group].sum += value.value;
    groups[value.group].count += 1;
    sum += value.value;
  }
  if (values.size() < 2) return {};
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  double whole = 0, between = 0;
  for (const GroupedValue& value : values) whole += (value.value - mean) * (value.value - mean);
  for (const auto& [group, of] : groups) {
    between += of.count * std::pow(of.sum / of.count - mean, 2);
  }
  VarianceShare share{.by_chance = static_cast<double>(groups.size() - 1) / (count - 1)};
  const double noise = count * std::pow(1e-12 * std::abs(mean), 2);  // of rounding alone
  if (whole > noise) share.share = std::min(1.0, between / whole);
  share.degrees = static_cast<double>(groups.size() - 1);
  share.p_value =
      chance_of_share(share.share, share.degrees, 1 - share.share, count - 1 - share.degrees);
  return share;
}

double chance_of_share(double share, double degrees, double rest, double rest_degrees) {
  constexpr double kNothing = 1e-9;  // rounding
  if (share < kNothing || degrees <= 0 || rest_degrees <= 0) return 1;
  const double noise = std::max(rest, 0.0);
  return incomplete_beta(rest_degrees / 2, degrees / 2, noise / (noise + share));
}

}  // namespace pincel
