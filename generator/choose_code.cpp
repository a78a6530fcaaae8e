// SPDX-License-Identifier: MIT
#include "generator/choose_code.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/tensor.h"

namespace pincel {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

}  // namespace

at::Tensor kept_logits(const at::Tensor& logits, const ChoiceOptions& options) {
  expect_shape(logits, {-1, -1}, "logits");
  TORCH_CHECK(options.temperature > 0, "temperature is ", options.temperature,
              ", expected above 0");
  auto kept = logits / options.temperature;
  if (options.top_k > 0 && options.top_k < kept.size(1)) {
    const auto least = std::get<0>(kept.topk(options.top_k, 1)).slice(1, options.top_k - 1);
    kept = kept.masked_fill(kept < least, kNever);
  }
  if (options.top_p < 1) {
    const auto [sorted, order] = kept.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
    const auto sums = sorted.softmax(1).cumsum(1);
    auto surplus = torch::zeros_like(sums, torch::kBool);
    surplus.slice(1, 1).copy_(sums.slice(1, 0, -1) > options.top_p);  // of all likelier codes
    kept = kept.masked_fill(torch::zeros_like(surplus).scatter(1, order, surplus), kNever);
  }
  return kept;
}

at::Tensor choose_codes(const at::Tensor& logits, const ChoiceOptions& options,
                        std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(static_cast<std::int64_t>(generators.size()) == logits.size(0), "logits are ",
              logits.sizes(), ", expected a row for each of ", generators.size(), " generators");
  if (options.temperature == 0 || options.top_k == 1) return logits.argmax(1).cpu();
  const auto shares =
      kept_logits(logits.to(at::kCPU, at::kDouble), options).softmax(1).cumsum(1);  // [B, V]
  auto chosen = torch::empty({logits.size(0)}, torch::kLong);
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    auto& generator = generators[static_cast<std::size_t>(row)];
    const auto sums = shares[row].contiguous();
    const double* begin = sums.const_data_ptr<double>();
    const double* end = begin + sums.numel();
    const double at = torch::rand({}, generator, torch::kDouble).item<double>() * *(end - 1);
    // The first code whose sum lies above; one that is never to be drawn adds nothing to its sum.
    const double* code = std::upper_bound(begin, end, at);
    if (code == end) code = std::lower_bound(begin, end, *(end - 1));
    chosen[row] = static_cast<std::int64_t>(code - begin);
  }
  return chosen;
}

}  // namespace pincel
