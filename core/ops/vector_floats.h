// SPDX-License-Identifier: MIT
// Arithmetic that compilers turn into vectors, for the inner loops of operations on CPUs.
#pragma once

#include <c10/macros/Macros.h>
#include <c10/util/BFloat16.h>

#include <bit>
#include <cstdint>

namespace pincel::ops {

C10_ALWAYS_INLINE float load_float(const float* from) { return *from; }
C10_ALWAYS_INLINE float load_float(const c10::BFloat16* from) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(from->x) << 16);
}

C10_ALWAYS_INLINE void store_float(float value, float* to) { *to = value; }
// To the nearest, to the even one of two.
C10_ALWAYS_INLINE void store_float(float value, c10::BFloat16* to) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16;
  to->x = static_cast<std::uint16_t>(value == value ? rounded : 0x7FC0U);
}

// 1 / (1 + exp(-x)) within 2e-7; x may be anything but not a number, which gives any number.
C10_ALWAYS_INLINE float logistic(float x) {
  const float least = x > -87.0F ? x : -87.0F;
  const float t = least < 87.0F ? -least : -87.0F;
  // exp(t) = 2^n exp(f); adding 1.5 * 2^23 leaves n in the lowest bits.
  constexpr float kRound = 12582912.0F;
  const float rounding = t * 1.44269504F + kRound;
  const float n = rounding - kRound;
  const float f = (t - n * 0.693359375F) + n * 2.12194440e-4F;
  float series = 1.0F / 720;
  series = series * f + 1.0F / 120;
  series = series * f + 1.0F / 24;
  series = series * f + 1.0F / 6;
  series = series * f + 0.5F;
  series = series * f + 1.0F;
  series = series * f + 1.0F;
  const auto bits = std::bit_cast<std::int32_t>(rounding) - std::bit_cast<std::int32_t>(kRound);
  const float power = std::bit_cast<float>((bits + 127) << 23);
  return 1.0F / (1.0F + series * power);
}

}  // namespace pincel::ops
