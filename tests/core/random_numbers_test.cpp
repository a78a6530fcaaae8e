// SPDX-License-Identifier: MIT
#include "core/ops/random_numbers.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"

namespace pincel::ops::random_numbers_test {
namespace {

bool same(const RandomWords& x, const RandomWords& y) {
  return x.a == y.a && x.b == y.b && x.c == y.c && x.d == y.d;
}

// Known answers of Random123, the reference implementation of the paper.
TEST_CASE("Philox 4x32-10 gives the published words") {
  CHECK(same(philox({0, 0, 0, 0}, {0, 0}), {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t all = 0xffffffff;
  CHECK(same(philox({all, all, all, all}, {all, all}),
             {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK(same(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
             {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST_CASE("a seed becomes a key of two words") {
  const RandomKey key = random_key(0x0123456789abcdefULL);
  CHECK(key.low == 0x89abcdefU);
  CHECK(key.high == 0x01234567U);
}

TEST_CASE("uniform numbers lie in [0, 1)") {
  CHECK(uniform(0) == 0.0F);
  CHECK(uniform(0x80000000U) == 0.5F);
  CHECK(uniform(~0U) == 1.0F - 0x1p-24F);
}

TEST_CASE("normal numbers are Box and Muller's of their words, within 1e-6") {
  const auto radius = [](std::uint32_t word) {
    return std::sqrt(-2 * std::log((static_cast<double>(word >> 8U) + 1) / 16777216));
  };
  const auto angle = [](std::uint32_t word) {
    return 2 * M_PI * static_cast<double>(word >> 8U) / 16777216;
  };
  double worst = 0;
  const auto compare = [&](const RandomWords& w) {
    const ThreeNormals n = three_normals(w);
    worst = std::max({worst, std::abs(n.a - radius(w.a) * std::cos(angle(w.b))),
                      std::abs(n.b - radius(w.a) * std::sin(angle(w.b))),
                      std::abs(n.c - radius(w.c) * std::cos(angle(w.d)))});
  };
  for (std::uint32_t i = 0; i < 100000; ++i) compare(philox({i, 0, 0, 0}, {1, 2}));
  // The ends of the range, and each eighth of a turn with its neighbours.
  for (std::uint32_t i = 0; i < 64; ++i) {
    const std::uint32_t eighth = (i / 8) << 29U;
    compare({i << 8U, eighth + (i << 8U), ~(i << 8U), eighth - (i << 8U)});
  }
  CHECK(worst < 1e-6);
}

TEST_CASE("normal numbers have mean 0 and deviation 1 and are independent") {
  const int count = 200000;
  double sum[3] = {};
  double product[3][3] = {};
  int beyond_two = 0;
  for (int i = 0; i < count; ++i) {
    const ThreeNormals n = three_normals(philox({static_cast<std::uint32_t>(i), 0, 0, 0}, {7, 0}));
    const double x[3] = {n.a, n.b, n.c};
    for (int j = 0; j < 3; ++j) {
      sum[j] += x[j];
      beyond_two += std::abs(x[j]) > 2 ? 1 : 0;
      for (int k = 0; k < 3; ++k) product[j][k] += x[j] * x[k];
    }
  }
  for (int j = 0; j < 3; ++j) {
    CHECK(std::abs(sum[j] / count) < 0.01);
    for (int k = 0; k < 3; ++k) {
      CHECK(std::abs(product[j][k] / count - (j == k ? 1 : 0)) < 0.015);
    }
  }
  CHECK(std::abs(beyond_two / (3.0 * count) - 0.0455) < 0.002);
}

}  // namespace
}  // namespace pincel::ops::random_numbers_test
