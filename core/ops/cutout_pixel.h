// SPDX-License-Identifier: MIT
// The arithmetic of one pixel of a cutout, the same for the CPU and for CUDA (C++17). It has no
// branches, so that loops over it become vectors.
#pragma once

#include "core/ops/random_numbers.h"

namespace pincel::ops {

// One view, ready for float32.
struct ViewPlan {
  float map[9];      // rows; from (x, y, 1) in pixels of the view to w * (x, y, 1) of the picture's
  float colour[12];  // three rows: factors of red, green and blue, and what is added
  float scale[3];    // last, value * scale + shift
  float shift[3];
  float noise;                                      // deviation, before scale
  std::int32_t top, left, bottom, right;            // the erased pixels, of the view
  std::uint32_t seed_low, seed_high, step, number;  // what the noise is drawn from
  std::int32_t outside;                             // an Outside
  float grey;
};

// The values of Outside, for device code.
constexpr std::int32_t kMirrored = 0;
constexpr std::int32_t kGrey = 2;

// A clamped colour passes no gradient; one this close to 0 or 1 is there by rounding.
constexpr float kRounding = 1e-5F;

struct Rgb {
  float r, g, b;
};

// The pixel to the upper left of a point, and how far it lies to the right of it and below.
struct Tap {
  std::int32_t x, y;
  float right, down;
};

// A place in pixels from the edge of a line of `length` of them, reflected at its ends and told
// from the first pixel's middle: 0 ... length - 1. What is not a number is 0.
C10_HOST_DEVICE C10_ALWAYS_INLINE float reflected(float place, float length) {
  const float away = std::fabs(place);
  const float whole = std::trunc(away * (0.5F / length));
  const float folded = away - whole * (2 * length);
  const float inside = length - std::fabs(folded - length) - 0.5F;
  const float from_first = inside > 0 ? inside : 0.0F;
  return from_first < length - 1 ? from_first : length - 1;
}

// Where the pixel (x, y) of the view looks, in a picture of this width and height.
C10_HOST_DEVICE C10_ALWAYS_INLINE Tap find_tap(const float (&map)[9], float x, float y, float width,
                                               float height) {
  const float w = map[6] * x + (map[7] * y + map[8]);
  const float u = reflected((map[0] * x + (map[1] * y + map[2])) / w, width);
  const float v = reflected((map[3] * x + (map[4] * y + map[5])) / w, height);
  const auto left = static_cast<std::int32_t>(u);
  const auto top = static_cast<std::int32_t>(v);
  return {left, top, u - static_cast<float>(left), v - static_cast<float>(top)};
}

// A tap of a picture whose edges are drawn out, and what share of it is the picture: less than all
// outside, where grey begins.
struct CoveredTap {
  Tap tap;
  float cover;
};

// 0 ... length - 1; what is not a number is 0.
C10_HOST_DEVICE C10_ALWAYS_INLINE float held(float place, float length) {
  const float inside = place > 0 ? place : 0.0F;
  return inside < length - 1 ? inside : length - 1;
}

// What bilinear weights leave of a line of pixels beyond which there are none.
C10_HOST_DEVICE C10_ALWAYS_INLINE float covered(float place, float length) {
  const float from_first = place + 1;
  const float from_last = length - place;
  const float nearer = from_first < from_last ? from_first : from_last;
  const float some = nearer > 0 ? nearer : 0.0F;
  return some < 1 ? some : 1.0F;
}

C10_HOST_DEVICE C10_ALWAYS_INLINE CoveredTap find_covered_tap(const float (&map)[9], float x,
                                                              float y, float width, float height) {
  const float w = map[6] * x + (map[7] * y + map[8]);
  const float across = (map[0] * x + (map[1] * y + map[2])) / w - 0.5F;
  const float along = (map[3] * x + (map[4] * y + map[5])) / w - 0.5F;
  const float u = held(across, width);
  const float v = held(along, height);
  const auto left = static_cast<std::int32_t>(u);
  const auto top = static_cast<std::int32_t>(v);
  const float cover = covered(across, width) * covered(along, height);
  return {{left, top, u - static_cast<float>(left), v - static_cast<float>(top)},
          w > 0 ? cover : 0.0F};
}

C10_HOST_DEVICE C10_ALWAYS_INLINE float between(float from, float to, float share) {
  return from + share * (to - from);
}

C10_HOST_DEVICE C10_ALWAYS_INLINE Rgb coloured(const float (&m)[12], Rgb p) {
  return {m[0] * p.r + (m[1] * p.g + (m[2] * p.b + m[3])),
          m[4] * p.r + (m[5] * p.g + (m[6] * p.b + m[7])),
          m[8] * p.r + (m[9] * p.g + (m[10] * p.b + m[11]))};
}

// 1 where a clamp to 0 ... 1 lets the gradient pass.
C10_HOST_DEVICE C10_ALWAYS_INLINE std::int32_t passes(float x) {
  return (x > -kRounding ? 1 : 0) & (x < 1 + kRounding ? 1 : 0);
}

// Keeps what is not a number, so that it shows.
C10_HOST_DEVICE C10_ALWAYS_INLINE float clamped(float x) {
  const float low = x < 0 ? 0.0F : x;
  return low > 1 ? 1.0F : low;
}

C10_HOST_DEVICE C10_ALWAYS_INLINE ThreeNormals noise_at(const ViewPlan& plan, std::uint32_t pixel) {
  return three_normals(
      philox({pixel, plan.number, plan.step, kNoiseStream}, {plan.seed_low, plan.seed_high}));
}

// The gradient of a pixel of the view (with its three bits of `passes`) as that of the colour that
// was looked up.
C10_HOST_DEVICE C10_ALWAYS_INLINE Rgb returned(const ViewPlan& plan, Rgb g, std::int32_t bits) {
  const float(&m)[12] = plan.colour;
  const float r = (bits & 1) != 0 ? g.r * plan.scale[0] : 0.0F;
  const float h = (bits & 2) != 0 ? g.g * plan.scale[1] : 0.0F;
  const float b = (bits & 4) != 0 ? g.b * plan.scale[2] : 0.0F;
  return {m[0] * r + (m[4] * h + m[8] * b), m[1] * r + (m[5] * h + m[9] * b),
          m[2] * r + (m[6] * h + m[10] * b)};
}

}  // namespace pincel::ops
