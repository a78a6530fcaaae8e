// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace pincel {

// Rows of float16 numbers, one behind another.
struct HalfRows {
  const std::uint16_t* values;  // [rows, length], IEEE 754 binary16
  std::int64_t rows;
  std::int64_t length;
};

// scores[r] = sum over i of query[i] * values[r, i], in float32. By AVX-512 or AVX2 with F16C where
// the processor has them, which add in another order: equal within rounding.
void multiply_rows(const HalfRows& rows, const float* query, float* scores);

// The same without such instructions.
void multiply_rows_plainly(const HalfRows& rows, const float* query, float* scores);

}  // namespace pincel
