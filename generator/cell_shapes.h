// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

// Kinds of cells that fill a plane without gaps.
inline const std::vector<std::string> kCellKinds{"rect", "rectshift", "hex",
                                                 "tri",  "diamond",   "knit"};

struct CellPlan {
  std::string kind;
  std::int64_t height, width;  // pixels of the picture
  std::int64_t cells;          // of a plain grid, along its shorter side
};

// The corners of all cells that cover the picture, row by row, in pixels: [S, V, 2]. Kinds that
// would look flat or tall have more rows or columns: tri 1.414 times the columns, hex 1.414 and
// diamond twice the rows.
at::Tensor cell_shapes(const CellPlan& plan);

}  // namespace pincel
