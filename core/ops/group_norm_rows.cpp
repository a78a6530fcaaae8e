// SPDX-License-Identifier: MIT
// Loops over channels become vectors. CMakeLists.txt compiles this file with flags that let
// comparisons become vectors too.
#include "core/ops/group_norm_rows.h"

#include <algorithm>

#include "core/ops/cpu_version.h"
#include "core/ops/vector_floats.h"

namespace pincel::ops {
namespace {

// Deviations from the first pixel, so that a large mean takes no digits from them.
template <class Element>
C10_ALWAYS_INLINE void measure(const NormRows<Element>& rows) {
  const auto channels = rows.channels;
  float* sums = rows.first;
  float* squares = rows.second;
  std::fill_n(sums, channels, 0.0F);
  std::fill_n(squares, channels, 0.0F);
  for (std::int64_t i = 1; i < rows.count; ++i) {
    const Element* x = rows.x + i * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float apart = load_float(x + c) - load_float(rows.x + c);
      sums[c] += apart;
      squares[c] += apart * apart;
    }
  }
  const float share = 1.0F / static_cast<float>(rows.count);
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    const float apart = sums[c] * share;
    squares[c] -= apart * sums[c];
    sums[c] = load_float(rows.x + c) + apart;
  }
}

template <class Element, bool kSilu>
C10_ALWAYS_INLINE void norm(const NormRows<Element>& rows) {
  const auto channels = rows.channels;
  for (std::int64_t i = 0; i < rows.count; ++i) {
    const Element* x = rows.x + i * channels;
    Element* to = rows.to + i * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float n = load_float(x + c) * rows.scale[c] + rows.shift[c];
      const float u = n * rows.weight[c] + rows.bias[c];
      store_float(kSilu ? u * logistic(u) : u, to + c);
    }
  }
}

template <bool kSilu>
C10_ALWAYS_INLINE float slope_before(float slope, float u) {
  if (!kSilu) return slope;
  const float s = logistic(u);
  return slope * s * (1 + u * (1 - s));
}

template <class Element, bool kSilu>
C10_ALWAYS_INLINE void gather(const NormRows<Element>& rows) {
  const auto channels = rows.channels;
  float* sums = rows.first;
  float* products = rows.second;
  std::fill_n(sums, channels, 0.0F);
  std::fill_n(products, channels, 0.0F);
  for (std::int64_t i = 0; i < rows.count; ++i) {
    const Element* x = rows.x + i * channels;
    const Element* slope = rows.slope + i * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float n = load_float(x + c) * rows.scale[c] + rows.shift[c];
      const float p = slope_before<kSilu>(load_float(slope + c), n * rows.weight[c] + rows.bias[c]);
      sums[c] += p;
      products[c] += p * n;
    }
  }
}

template <class Element, bool kSilu>
C10_ALWAYS_INLINE void descend(const NormRows<Element>& rows) {
  const auto channels = rows.channels;
  for (std::int64_t i = 0; i < rows.count; ++i) {
    const Element* x = rows.x + i * channels;
    const Element* slope = rows.slope + i * channels;
    Element* to = rows.to + i * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float n = load_float(x + c) * rows.scale[c] + rows.shift[c];
      const float p = slope_before<kSilu>(load_float(slope + c), n * rows.weight[c] + rows.bias[c]);
      store_float(rows.scale[c] * rows.weight[c] * p - rows.even[c] - rows.tilt[c] * n, to + c);
    }
  }
}

template <class Element, bool kSilu>
C10_ALWAYS_INLINE void work(NormPass pass, const NormRows<Element>& rows) {
  switch (pass) {
    case NormPass::measure:
      return measure(rows);
    case NormPass::norm:
      return norm<Element, kSilu>(rows);
    case NormPass::gather:
      return gather<Element, kSilu>(rows);
    case NormPass::descend:
      return descend<Element, kSilu>(rows);
  }
}

template <class Element>
void work_plain(NormPass pass, bool silu, const NormRows<Element>& rows) {
  silu ? work<Element, true>(pass, rows) : work<Element, false>(pass, rows);
}

#if defined(__x86_64__)
template <class Element>
[[gnu::target("avx2,fma")]] void work_avx2(NormPass pass, bool silu,
                                           const NormRows<Element>& rows) {
  silu ? work<Element, true>(pass, rows) : work<Element, false>(pass, rows);
}

template <class Element>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] void work_avx512(
    NormPass pass, bool silu, const NormRows<Element>& rows) {
  silu ? work<Element, true>(pass, rows) : work<Element, false>(pass, rows);
}
#endif

}  // namespace

template <class Element>
NormWorker<Element> norm_worker() {
#if defined(__x86_64__)
  if (cpu_runs_avx512()) {
    return work_avx512<Element>;
  }
  if (cpu_runs_avx2()) return work_avx2<Element>;
#endif
  return work_plain<Element>;
}

template NormWorker<float> norm_worker();
template NormWorker<c10::BFloat16> norm_worker();

}  // namespace pincel::ops
