// SPDX-License-Identifier: MIT
#include "core/nearest_rows.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/half_rows.h"
#include "core/tensor.h"

namespace pincel {
namespace {

constexpr std::int64_t kBlockBytes = 1 << 18;  // stays in a core's own cache while it is used
constexpr std::int64_t kPairRows = 2048;       // held against as many others at a time
constexpr std::size_t kMostPairs = 10'000'000;

bool is_better(const NearRow& a, const NearRow& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

bool is_gap(const std::vector<bool>& holes, std::int64_t row) {
  return static_cast<std::size_t>(row) < holes.size() && holes[static_cast<std::size_t>(row)];
}

// The best rows seen so far, the worst of them on top of a heap.
class BestRows {
 public:
  explicit BestRows(const NearestOptions& options)
      : options_(options), count_(static_cast<std::size_t>(options.count)) {}

  void take(const NearRow& row) {
    if (!(row.score >= options_.least) || is_gap(options_.is_hole, row.row)) return;
    if (heap_.size() == count_) {
      if (!is_better(row, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), is_better);
      heap_.pop_back();
    }
    heap_.push_back(row);
    std::push_heap(heap_.begin(), heap_.end(), is_better);
  }
  const std::vector<NearRow>& rows() const { return heap_; }

 private:
  const NearestOptions& options_;
  std::size_t count_;
  std::vector<NearRow> heap_;
};

}  // namespace

std::vector<NearRow> nearest_rows(const RowReader& rows, const at::Tensor& query,
                                  const NearestOptions& options) {
  expect_shape(query, {rows.length()}, "query");
  if (options.count <= 0) return {};
  const at::Tensor wanted = query.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* numbers = wanted.const_data_ptr<float>();
  const std::int64_t block = std::max<std::int64_t>(kBlockBytes / (2 * rows.length()), 1);
  const std::int64_t blocks = (rows.rows() + block - 1) / block;
  const int threads = std::max(at::get_num_threads(), 1);
  std::vector<BestRows> best(static_cast<std::size_t>(threads), BestRows(options));
  at::parallel_for(0, blocks, 1, [&](std::int64_t from, std::int64_t to) {
    const auto size = static_cast<std::size_t>(block * rows.length());
    const auto values = std::make_unique_for_overwrite<std::uint16_t[]>(size);
    std::vector<float> scores(static_cast<std::size_t>(block));
    BestRows& own = best[static_cast<std::size_t>(at::get_thread_num())];
    for (std::int64_t part = from; part < to; ++part) {
      const std::int64_t first = part * block;
      const std::int64_t count = std::min(block, rows.rows() - first);
      rows.read(first, count, values.get());
      multiply_rows({values.get(), count, rows.length()}, numbers, scores.data());
      for (std::int64_t i = 0; i < count; ++i) {
        own.take({first + i, scores[static_cast<std::size_t>(i)]});
      }
    }
  });
  std::vector<NearRow> all;
  for (const BestRows& part : best) all.insert(all.end(), part.rows().begin(), part.rows().end());
  std::sort(all.begin(), all.end(), is_better);
  if (all.size() > static_cast<std::size_t>(options.count)) {
    all.resize(static_cast<std::size_t>(options.count));
  }
  return all;
}

std::vector<RowPair> near_pairs(const RowReader& rows, float least,
                                const std::vector<bool>& is_hole) {
  const torch::NoGradGuard no_grad;
  std::vector<RowPair> pairs;
  for (std::int64_t top = 0; top < rows.rows(); top += kPairRows) {
    const at::Tensor upper = rows.read(top, std::min(kPairRows, rows.rows() - top));
    for (std::int64_t left = top; left < rows.rows(); left += kPairRows) {
      const at::Tensor others =
          left == top ? upper : rows.read(left, std::min(kPairRows, rows.rows() - left));
      const at::Tensor scores = upper.matmul(others.t());  // [kPairRows, kPairRows]
      const at::Tensor found = scores.ge(least).nonzero();
      const auto places = found.accessor<std::int64_t, 2>();
      const auto values = scores.accessor<float, 2>();
      for (std::int64_t i = 0; i < found.size(0); ++i) {
        const RowPair pair{top + places[i][0], left + places[i][1],
                           values[places[i][0]][places[i][1]]};
        if (pair.first >= pair.second || is_gap(is_hole, pair.first) ||
            is_gap(is_hole, pair.second)) {
          continue;
        }
        require(pairs.size() < kMostPairs, ExitCode::memory,
                "more than {} pairs are that near to each other; ask for a higher threshold",
                kMostPairs);
        pairs.push_back(pair);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const RowPair& a, const RowPair& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  });
  return pairs;
}

}  // namespace pincel
