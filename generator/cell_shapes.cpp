// SPDX-License-Identifier: MIT
#include "generator/cell_shapes.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "generator/cell_grid.h"

namespace pincel {
namespace {

// A cell's corners, in columns and rows of the grid, from its place in it; every other row is
// shifted by half a column where `is_shifted`. Cells may reach into the rows beside theirs.
struct CellKind {
  const char* name;
  double more_columns, more_rows;
  bool is_shifted;
  std::vector<std::array<double, 2>> corners;
};

const CellKind& kind_named(const std::string& name) {
  static const std::vector<CellKind> kinds = {
      {"rect", 1, 1, false, {{0, 0}, {1, 0}, {1, 1}, {0, 1}}},
      {"rectshift", 1, 1, true, {{0, 0}, {1, 0}, {1, 1}, {0, 1}}},
      {"hex",
       1,
       1.414,
       true,
       {{0.5, -1.0 / 6}, {1, 1.0 / 6}, {1, 5.0 / 6}, {0.5, 7.0 / 6}, {0, 5.0 / 6}, {0, 1.0 / 6}}},
      // Every other one stands on its head.
      {"tri", 1.414, 1, false, {{0.5, 0}, {1.5, 1}, {-0.5, 1}}},
      {"diamond", 1, 2, true, {{0.5, -0.5}, {1, 0.5}, {0.5, 1.5}, {0, 0.5}}},
      {"knit",
       1,
       1,
       false,
       {{0, -0.25}, {0.5, 0.25}, {1, -0.25}, {1, 0.75}, {0.5, 1.25}, {0, 0.75}}},
  };
  for (const CellKind& kind : kinds) {
    if (name == kind.name) return kind;
  }
  fail(ExitCode::bad_value,
       "unknown kind of cell '{}'; known: rect, rectshift, hex, tri, diamond, "
       "knit",
       name);
}

// How far the corners of a cell reach, along one side of the picture.
class Reach {
 public:
  // Corners at the picture's edge go a little beyond it, lest edges are smoothed against nothing.
  float add(double place, double length) {
    least_ = std::min(least_, place);
    most_ = std::max(most_, place);
    if (place > -1 && place < kSliver) return -1;
    if (place > length - kSliver && place < length + 1) return static_cast<float>(length + 1);
    return static_cast<float>(place);
  }
  bool shows(double length) const { return most_ > kSliver && least_ < length - kSliver; }

 private:
  static constexpr double kSliver = 1e-3;  // pixels
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

at::Tensor cell_shapes(const CellPlan& plan) {
  const CellKind& kind = kind_named(plan.kind);
  const CellGrid grid = cell_grid(plan.height, plan.width, plan.cells);
  const auto more = [](std::int64_t count, double times) {
    return std::llround(static_cast<double>(count) * times);
  };
  const std::int64_t columns = more(grid.width, kind.more_columns);
  const std::int64_t rows = more(grid.height, kind.more_rows);
  const auto width = static_cast<double>(plan.width);
  const auto height = static_cast<double>(plan.height);
  std::vector<float> places;
  // One row and column more on each side: shifted cells and those that reach over begin there.
  std::int64_t count = 0;
  for (std::int64_t row = -1; row <= rows; ++row) {
    const double shift = kind.is_shifted && row % 2 != 0 ? 0.5 : 0;
    for (std::int64_t column = -1; column <= columns; ++column) {
      const bool is_headlong = plan.kind == "tri" && (row + column) % 2 != 0;
      Reach x;
      Reach y;
      std::vector<float> cell;
      for (const auto& corner : kind.corners) {
        const double across = static_cast<double>(column) + shift + corner[0];
        const double down = static_cast<double>(row) + (is_headlong ? 1 - corner[1] : corner[1]);
        cell.push_back(x.add(across * width / static_cast<double>(columns), width));
        cell.push_back(y.add(down * height / static_cast<double>(rows), height));
      }
      if (!x.shows(width) || !y.shows(height)) continue;
      places.insert(places.end(), cell.begin(), cell.end());
      ++count;
    }
  }
  const auto corners = static_cast<std::int64_t>(kind.corners.size());
  return torch::tensor(places).view({count, corners, 2});
}

}  // namespace pincel
