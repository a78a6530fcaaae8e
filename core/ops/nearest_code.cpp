// SPDX-License-Identifier: MIT
#include "core/ops/nearest_code.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "core/tensor.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kChunkFloats = std::int64_t{1} << 24;  // 64 MiB of distances at a time

}  // namespace

at::Tensor nearest_code(const at::Tensor& z, const at::Tensor& codes) {
  expect_shape(z, {-1, -1}, "z");
  expect_shape(codes, {-1, z.size(1)}, "codes");
  const torch::NoGradGuard no_grad;
  const Autocast full_precision(z.device(), at::kFloat);
  const at::Tensor e = codes.detach().to(at::kFloat);            // [Q, D]
  const at::Tensor transposed = e.t();                           // [D, Q]
  const at::Tensor code_norms = e.square().sum(1).unsqueeze(0);  // [1, Q]
  const std::int64_t rows =
      std::max<std::int64_t>(1, kChunkFloats / std::max<std::int64_t>(1, e.size(0)));
  std::vector<at::Tensor> found;
  for (std::int64_t from = 0; from < z.size(0); from += rows) {
    const at::Tensor part = z.detach().slice(0, from, from + rows).to(at::kFloat);  // [n, D]
    const at::Tensor part_norms = part.square().sum(1, /*keepdim=*/true);           // [n, 1]
    const at::Tensor distances =
        torch::addmm(part_norms + code_norms, part, transposed, /*beta=*/1, /*alpha=*/-2);
    found.push_back(distances.argmin(1));
  }
  return found.empty() ? torch::zeros({0}, z.options().dtype(at::kLong)) : torch::cat(found);
}

}  // namespace pincel::ops
