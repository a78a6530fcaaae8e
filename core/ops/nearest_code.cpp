// SPDX-License-Identifier: MIT
#include "core/ops/nearest_code.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "core/ops/cuda_kernels.h"
#include "core/ops/nearest_code_halves.h"
#include "core/tensor.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kChunkFloats = std::int64_t{1} << 24;  // 64 MiB of distances at a time

// For a GPU where our kernels were not built.
at::Tensor by_whole_rows(const at::Tensor& z, const at::Tensor& codes) {
  const at::Tensor code_norms = codes.square().sum(1).unsqueeze(0);  // [1, Q]
  const std::int64_t rows = std::max<std::int64_t>(1, kChunkFloats / codes.size(0));
  std::vector<at::Tensor> found;
  for (const at::Tensor& part : z.split(rows)) {                           // [n, D]
    const at::Tensor part_norms = part.square().sum(1, /*keepdim=*/true);  // [n, 1]
    const at::Tensor distances =
        torch::addmm(part_norms + code_norms, part, codes.t(), /*beta=*/1, /*alpha=*/-2);
    found.push_back(distances.argmin(1));
  }
  return torch::cat(found);
}

}  // namespace

at::Tensor nearest_code(const at::Tensor& z, const at::Tensor& codes) {
  expect_shape(z, {-1, -1}, "z");
  expect_shape(codes, {-1, z.size(1)}, "codes");
  if (z.size(0) == 0) return torch::zeros({0}, z.options().dtype(at::kLong));
  TORCH_CHECK(codes.size(0) > 0, "codes is ", codes.sizes(), ", expected at least one");
  const torch::NoGradGuard no_grad;
  const Autocast full_precision(z.device(), at::kFloat);
  const at::Tensor rows = z.detach().to(at::kFloat).contiguous();
  const at::Tensor all = codes.detach().to(at::kFloat).contiguous();
  if (!z.is_cuda()) return nearest_code_cpu(rows, all);
  return has_cuda_kernels() ? nearest_code_cuda(rows, all) : by_whole_rows(rows, all);
}

}  // namespace pincel::ops
