// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "core/row_file.h"

namespace pincel {

// A row and its product with what was asked for: the cosine, where both are unit vectors.
struct NearRow {
  std::int64_t row = 0;
  float score = 0;
};

struct NearestOptions {
  std::int64_t count = 10;                                // at most
  float least = -std::numeric_limits<float>::infinity();  // lower scores are left out
  std::vector<bool> is_hole = {};                         // rows that count for nothing
};

// The rows with the highest products with query [D], best first, of equal ones the first first.
// Exact: every row is read, once, on all threads, in blocks; the file is never held as a whole.
std::vector<NearRow> nearest_rows(const RowReader& rows, const at::Tensor& query,
                                  const NearestOptions& options);

// Two rows that are nearly one, first < second.
struct RowPair {
  std::int64_t first = 0, second = 0;
  float score = 0;
};

// All pairs with a product of at least `least`, in order of their rows; every row is held against
// every other one, so the time grows with the square. Error (memory) beyond 10 million pairs.
std::vector<RowPair> near_pairs(const RowReader& rows, float least,
                                const std::vector<bool>& is_hole = {});

}  // namespace pincel
