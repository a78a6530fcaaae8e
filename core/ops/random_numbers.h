// SPDX-License-Identifier: MIT
// Random numbers by counting instead of by state: a number depends on its key and its counter
// alone, so that it is the same in any order, on any number of threads, on the CPU and in CUDA
// kernels (C++17). The arithmetic is written out, since the two sides' own functions differ.
#pragma once

#include <c10/macros/Macros.h>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace pincel::ops {

// Counters of the same key and step are told apart by their last word.
constexpr std::uint32_t kWarpStream = 0;
constexpr std::uint32_t kNoiseStream = 1;
constexpr std::uint32_t kFilterStream = 2;

struct RandomWords {
  std::uint32_t a, b, c, d;
};

struct RandomKey {
  std::uint32_t low, high;
};

C10_HOST_DEVICE C10_ALWAYS_INLINE RandomKey random_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
}

// Philox 4x32-10: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011.
template <int kRounds = 10>
C10_HOST_DEVICE C10_ALWAYS_INLINE RandomWords philox(RandomWords counter, RandomKey key) {
  if constexpr (kRounds == 0) {
    return counter;
  } else {
    const std::uint64_t first = std::uint64_t{0xD2511F53U} * counter.a;
    const std::uint64_t second = std::uint64_t{0xCD9E8D57U} * counter.c;
    const RandomWords mixed = {
        static_cast<std::uint32_t>(second >> 32U) ^ counter.b ^ key.low,
        static_cast<std::uint32_t>(second),
        static_cast<std::uint32_t>(first >> 32U) ^ counter.d ^ key.high,
        static_cast<std::uint32_t>(first),
    };
    return philox<kRounds - 1>(mixed, {key.low + 0x9E3779B9U, key.high + 0xBB67AE85U});
  }
}

// In [0, 1), a multiple of 2^-24.
C10_HOST_DEVICE C10_ALWAYS_INLINE float uniform(std::uint32_t word) {
  return static_cast<float>(static_cast<std::int32_t>(word >> 8U)) * 0x1p-24F;
}

// -2 ln u, where u in (0, 1] is a multiple of 2^-24: ln m = 2 artanh((m - 1) / (m + 1)).
C10_HOST_DEVICE C10_ALWAYS_INLINE float minus_two_log(std::uint32_t word) {
  const float n = static_cast<float>(static_cast<std::int32_t>(word >> 8U) + 1);  // u * 2^24
  std::int32_t bits = 0;
  std::memcpy(&bits, &n, sizeof bits);
  // n = m * 2^exponent with m between the roots of 1/2 and of 2.
  const std::int32_t exponent = (bits - 0x3F3504F3) >> 23;
  bits -= exponent * 0x800000;
  float m = 0;
  std::memcpy(&m, &bits, sizeof m);
  const float s = (m - 1) / (m + 1);
  const float q = s * s;
  const float series = ((2.0F / 9 * q + 2.0F / 7) * q + 2.0F / 5) * q + 2.0F / 3;
  const float log_m = 2 * s + s * q * series;
  return -2 * (static_cast<float>(exponent - 24) * 0.693147181F + log_m);
}

// The root of x in [0, 64] by three of Newton's steps towards 1 / root: no errno, no library.
C10_HOST_DEVICE C10_ALWAYS_INLINE float square_root(float x) {
  std::int32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  bits = 0x5F3759DF - (bits >> 1);
  float y = 0;
  std::memcpy(&y, &bits, sizeof y);
  const float half = 0.5F * x;
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  return x * y;
}

struct Direction {
  float cosine, sine;
};

// The direction of an angle that is uniform over the whole turn.
C10_HOST_DEVICE C10_ALWAYS_INLINE Direction direction(std::uint32_t word) {
  // The nearest quarter turn, and what is left: an eighth of a turn to either side, exactly.
  const std::uint32_t shifted = (word >> 8U) + (1U << 21U);
  const std::uint32_t quarter = shifted >> 22U;
  const auto rest = static_cast<std::int32_t>(shifted & ((1U << 22U) - 1U)) - (1 << 21);
  const float x = static_cast<float>(rest) * 3.74507028e-7F;  // 2 pi / 2^24
  const float q = x * x;
  const float sine =
      x + x * q * (-1.0F / 6 + q * (1.0F / 120 + q * (-1.0F / 5040 + q * (1.0F / 362880))));
  const float cosine = 1 + q * (-0.5F + q * (1.0F / 24 + q * (-1.0F / 720 + q * (1.0F / 40320))));
  const bool is_swapped = (quarter & 1U) != 0;
  const float along = is_swapped ? sine : cosine;
  const float across = is_swapped ? cosine : sine;
  return {((quarter + 1U) & 2U) != 0 ? -along : along, (quarter & 2U) != 0 ? -across : across};
}

struct ThreeNormals {
  float a, b, c;
};

// Independent numbers of mean 0 and deviation 1, at most 5.8 (Box and Muller).
C10_HOST_DEVICE C10_ALWAYS_INLINE ThreeNormals three_normals(RandomWords words) {
  const float radius = square_root(minus_two_log(words.a));
  const Direction to = direction(words.b);
  return {radius * to.cosine, radius * to.sine,
          square_root(minus_two_log(words.c)) * direction(words.d).cosine};
}

}  // namespace pincel::ops
