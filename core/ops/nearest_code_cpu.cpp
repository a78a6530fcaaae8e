// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/ops/nearest_code_halves.h"

namespace pincel::ops {
namespace {

// A block of distances is made by one matrix product and read while the cache still holds it. What
// belongs to a block is fixed by the sizes alone, never by the number of threads.
constexpr std::int64_t kCodes = 512;
constexpr std::int64_t kFewRows = 32;
constexpr std::int64_t kManyRows = 128;
constexpr std::int64_t kLanes = 16;

struct Least {
  float distance = std::numeric_limits<float>::infinity();
  std::int64_t index = 0;
};

float least_of(const float* values, std::int64_t count) {
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, std::numeric_limits<float>::infinity());
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::int64_t k = 0; k < kLanes; ++k) {
      lanes[k] = values[i + k] < lanes[k] ? values[i + k] : lanes[k];
    }
  }
  for (; i < count; ++i) lanes[0] = std::min(lanes[0], values[i]);
  return *std::min_element(lanes, lanes + kLanes);
}

// Blocks come in the order of the codes: an equal one that comes later changes nothing.
void take_least(const float* values, std::int64_t count, std::int64_t first, Least& least) {
  const float found = least_of(values, count);
  if (!(found < least.distance)) return;
  least = {found, first + (std::find(values, values + count, found) - values)};
}

// rows [n, D] and their norms [n, 1] against all codes [Q, D] and theirs [1, Q].
void find_nearest(const at::Tensor& rows, const at::Tensor& norms, const at::Tensor& codes,
                  const at::Tensor& code_norms, std::int64_t* to) {
  std::vector<Least> least(static_cast<std::size_t>(rows.size(0)));
  const auto width = std::min(kCodes, codes.size(0));
  const at::Tensor memory = at::empty({rows.size(0) * width}, rows.options());
  for (std::int64_t first = 0; first < codes.size(0); first += kCodes) {
    const auto count = std::min(kCodes, codes.size(0) - first);
    at::Tensor distances = memory.slice(0, 0, rows.size(0) * count).view({rows.size(0), count});
    at::add_out(distances, norms, code_norms.slice(1, first, first + count));
    distances.addmm_(rows, codes.slice(0, first, first + count).t(), /*beta=*/1, /*alpha=*/-2);
    const float* values = distances.data_ptr<float>();
    for (Least& one : least) {
      take_least(values, count, first, one);
      values += count;
    }
  }
  for (const Least& one : least) *to++ = one.index;
}

}  // namespace

at::Tensor nearest_code_cpu(const at::Tensor& z, const at::Tensor& codes) {
  const at::Tensor norms = z.square().sum(1, /*keepdim=*/true);      // [N, 1]
  const at::Tensor code_norms = codes.square().sum(1).unsqueeze(0);  // [1, Q]
  at::Tensor found = at::empty({z.size(0)}, z.options().dtype(at::kLong));
  auto* indices = found.data_ptr<std::int64_t>();
  const auto rows = z.size(0) < 4 * kManyRows ? kFewRows : kManyRows;
  const auto blocks = (z.size(0) + rows - 1) / rows;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const c10::AutoGradMode no_grad(false);
    for (std::int64_t block = begin; block < end; ++block) {
      const auto from = block * rows;
      find_nearest(z.slice(0, from, from + rows), norms.slice(0, from, from + rows), codes,
                   code_norms, indices + from);
    }
  });
  return found;
}

}  // namespace pincel::ops
