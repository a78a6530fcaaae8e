// SPDX-License-Identifier: MIT
#include "core/ops/attention.h"

#include <torch/torch.h>

#include <cmath>

namespace pincel::ops {
namespace {

// The weights of all pairs are kept: as much memory as some of the maps around them. In float32 the
// fused way is the faster one for more than this, in bfloat16 never.
constexpr std::int64_t kFewPairs = std::int64_t{1} << 21;
constexpr std::int64_t kFewLowPairs = std::int64_t{1} << 23;

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
  const std::int64_t pairs = q.size(0) * q.size(1) * q.size(2) * k.size(2);
  const bool is_low = q.scalar_type() == at::kBFloat16;
  const bool is_plain = q.is_cpu() && !causal && pairs <= (is_low ? kFewLowPairs : kFewPairs);
  if (!is_plain) return at::scaled_dot_product_attention(q, k, v, {}, 0.0, causal);
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  return at::matmul(at::softmax(at::matmul(q * scale, k.transpose(2, 3)), -1), v);
}

}  // namespace pincel::ops
