// SPDX-License-Identifier: MIT
// CMakeLists.txt compiles this file with flags that let comparisons become vectors.
#include "core/ops/quick_gelu_rows.h"

#include "core/ops/cpu_version.h"
#include "core/ops/vector_floats.h"

namespace pincel::ops {
namespace {

template <class Element>
C10_ALWAYS_INLINE void work(const QuickGeluRow<Element>& row) {
  if (row.slope == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < row.count; ++i) {
      const float x = load_float(row.x + i);
      store_float(x * logistic(1.702F * x), row.to + i);
    }
    return;
  }
#pragma omp simd
  for (std::int64_t i = 0; i < row.count; ++i) {
    const float u = 1.702F * load_float(row.x + i);
    const float s = logistic(u);
    store_float(load_float(row.slope + i) * s * (1 + u * (1 - s)), row.to + i);
  }
}

template <class Element>
void work_plain(const QuickGeluRow<Element>& row) {
  work(row);
}

#if defined(__x86_64__)
template <class Element>
[[gnu::target("avx2,fma")]] void work_avx2(const QuickGeluRow<Element>& row) {
  work(row);
}

template <class Element>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] void work_avx512(
    const QuickGeluRow<Element>& row) {
  work(row);
}
#endif

}  // namespace

template <class Element>
QuickGeluWorker<Element> quick_gelu_worker() {
#if defined(__x86_64__)
  if (cpu_runs_avx512()) {
    return work_avx512<Element>;
  }
  if (cpu_runs_avx2()) return work_avx2<Element>;
#endif
  return work_plain<Element>;
}

template QuickGeluWorker<float> quick_gelu_worker();
template QuickGeluWorker<c10::BFloat16> quick_gelu_worker();

}  // namespace pincel::ops
