// SPDX-License-Identifier: MIT
// The group norm's inner loops for CPUs: some pixels of one channels-last map.
#pragma once

#include <cstdint>

namespace pincel::ops {

// Everything but the three maps has one number for each channel. With n = scale x + shift and
// u = weight n + bias, the result is u or u sigmoid(u); p is the gradient that reaches u.
template <class Element>
struct NormRows {
  const Element* x;      // [count, channels]
  const Element* slope;  // [count, channels], the gradient of the result
  Element* to;           // [count, channels]
  std::int64_t count, channels;
  const float *scale, *shift, *weight, *bias;
  const float *even, *tilt;
  float *first, *second;
};

enum class NormPass {
  measure,  // first = mean of x, second = sum of the squared deviations from it
  norm,     // to = result
  gather,   // first = sum of p, second = sum of p n
  descend,  // to = scale weight p - even - tilt n
};

template <class Element>
using NormWorker = void (*)(NormPass pass, bool silu, const NormRows<Element>& rows);

// The widest version that this machine knows; Element is float or c10::BFloat16.
template <class Element>
NormWorker<Element> norm_worker();

}  // namespace pincel::ops
