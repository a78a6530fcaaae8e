// SPDX-License-Identifier: MIT
#include "core/half_rows.h"

#include <c10/util/Half.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/ops/cpu_version.h"

namespace pincel {
namespace {

// What the vectors leave over, or all of a row.
float multiplied(const std::uint16_t* row, const float* query, std::int64_t from, std::int64_t to) {
  float sum = 0;
  for (std::int64_t i = from; i < to; ++i) {
    sum += c10::detail::fp16_ieee_to_fp32_value(row[i]) * query[i];
  }
  return sum;
}

#if defined(__x86_64__)
// Several sums at once: a single one would wait for itself.
[[gnu::target("avx2,fma,f16c")]] void multiply_by_avx2(const HalfRows& rows, const float* query,
                                                       float* scores) {
  const std::int64_t whole = rows.length / 32 * 32;
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    const std::uint16_t* row = rows.values + r * rows.length;
    __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                      _mm256_setzero_ps()};
    for (std::int64_t i = 0; i < whole; i += 32) {
      for (int part = 0; part < 4; ++part) {
        const auto* place = reinterpret_cast<const __m128i*>(row + i + 8 * part);
        const __m256 values = _mm256_cvtph_ps(_mm_loadu_si128(place));
        sums[part] = _mm256_fmadd_ps(values, _mm256_loadu_ps(query + i + 8 * part), sums[part]);
      }
    }
    const __m256 eight =
        _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    const __m128 one = _mm_add_ss(two, _mm_movehdup_ps(two));
    scores[r] = _mm_cvtss_f32(one) + multiplied(row, query, whole, rows.length);
  }
}

[[gnu::target("avx2,fma,f16c,avx512f")]] void multiply_by_avx512(const HalfRows& rows,
                                                                 const float* query,
                                                                 float* scores) {
  const std::int64_t whole = rows.length / 64 * 64;
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    const std::uint16_t* row = rows.values + r * rows.length;
    __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                      _mm512_setzero_ps()};
    for (std::int64_t i = 0; i < whole; i += 64) {
      for (int part = 0; part < 4; ++part) {
        const auto* place = reinterpret_cast<const __m256i*>(row + i + 16 * part);
        const __m512 values = _mm512_cvtph_ps(_mm256_loadu_si256(place));
        sums[part] = _mm512_fmadd_ps(values, _mm512_loadu_ps(query + i + 16 * part), sums[part]);
      }
    }
    const __m512 sum =
        _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3]));
    scores[r] = _mm512_reduce_add_ps(sum) + multiplied(row, query, whole, rows.length);
  }
}
#endif

}  // namespace

void multiply_rows_plainly(const HalfRows& rows, const float* query, float* scores) {
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    scores[r] = multiplied(rows.values + r * rows.length, query, 0, rows.length);
  }
}

void multiply_rows(const HalfRows& rows, const float* query, float* scores) {
#if defined(__x86_64__)
  // Every processor with AVX2 and FMA so far has F16C too, but it is a flag of its own.
  const bool has_halves = __builtin_cpu_supports("f16c") != 0;
  if (has_halves && ops::cpu_runs_avx512()) return multiply_by_avx512(rows, query, scores);
  if (has_halves && ops::cpu_runs_avx2()) return multiply_by_avx2(rows, query, scores);
#endif
  multiply_rows_plainly(rows, query, scores);
}

}  // namespace pincel
