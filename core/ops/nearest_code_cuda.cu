// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include "core/ops/nearest_code_halves.h"

namespace pincel::ops {
namespace {

constexpr int kTile = 64;   // rows, and codes, of a tile
constexpr int kDepth = 16;  // of D at a time
constexpr int kSide = 16;   // threads along each side of a tile; each has 4 x 4 of its pairs
constexpr int kEach = kTile / kSide;
constexpr int kCodesOfBlock = 4 * kTile;

struct Sizes {
  int rows, codes, depth;
};

// Reads kTile rows of [count, depth], kDepth wide from `at`, into columns; 0 where there are none.
__device__ void load_tile(const float* from, int count, int depth, int first, int at,
                          float (&to)[kDepth][kTile + 1]) {
  for (int i = threadIdx.x; i < kTile * kDepth; i += kSide * kSide) {
    const int row = i / kDepth;
    const int column = i % kDepth;
    const bool is_there = first + row < count && at + column < depth;
    to[column][row] =
        is_there ? from[static_cast<std::int64_t>(first + row) * depth + at + column] : 0.0F;
  }
}

// Orders distances as unsigned numbers; below it stands the code, so that the least of both is the
// first of the nearest. What is not a number comes last.
__device__ unsigned long long ranked(float distance, int code) {
  const unsigned bits = __float_as_uint(distance);
  const unsigned ordered = (bits >> 31) != 0 && distance == distance ? ~bits : bits | 0x80000000U;
  return static_cast<unsigned long long>(ordered) << 32 | static_cast<unsigned>(code);
}

// Grid: tiles of rows over x, runs of kCodesOfBlock codes over y. A block is 16 x 16 threads, each
// of which compares 4 rows with 4 codes of each tile; the best of a block goes into best[row].
__global__ void nearest_kernel(const float* z, const float* codes, const float* norms,
                               const float* code_norms, Sizes size, unsigned long long* best) {
  __shared__ float row_tile[kDepth][kTile + 1];
  __shared__ float code_tile[kDepth][kTile + 1];
  const int across = threadIdx.x % kSide;
  const int down = threadIdx.x / kSide;
  const int first_row = blockIdx.x * kTile;
  unsigned long long least[kEach];
  for (int i = 0; i < kEach; ++i) least[i] = ~0ULL;
  for (int tile = 0; tile < kCodesOfBlock; tile += kTile) {
    const int first_code = blockIdx.y * kCodesOfBlock + tile;
    if (first_code >= size.codes) break;
    float products[kEach][kEach] = {};
    for (int at = 0; at < size.depth; at += kDepth) {
      load_tile(z, size.rows, size.depth, first_row, at, row_tile);
      load_tile(codes, size.codes, size.depth, first_code, at, code_tile);
      __syncthreads();
      for (int d = 0; d < kDepth; ++d) {
        for (int i = 0; i < kEach; ++i) {
          for (int j = 0; j < kEach; ++j) {
            products[i][j] += row_tile[d][down + kSide * i] * code_tile[d][across + kSide * j];
          }
        }
      }
      __syncthreads();
    }
    for (int i = 0; i < kEach; ++i) {
      const int row = first_row + down + kSide * i;
      for (int j = 0; j < kEach; ++j) {
        const int code = first_code + across + kSide * j;
        if (row >= size.rows || code >= size.codes) continue;
        const float distance = (norms[row] + code_norms[code]) - 2 * products[i][j];
        least[i] = min(least[i], ranked(distance, code));
      }
    }
  }
  for (int i = 0; i < kEach; ++i) {
    for (int lane = kSide / 2; lane > 0; lane /= 2) {
      least[i] = min(least[i], __shfl_xor_sync(0xFFFFFFFFU, least[i], lane));
    }
    const int row = first_row + down + kSide * i;
    if (across == 0 && row < size.rows) atomicMin(best + row, least[i]);
  }
}

}  // namespace

at::Tensor nearest_code_cuda(const at::Tensor& z, const at::Tensor& codes) {
  const c10::cuda::CUDAGuard guard(z.device());
  TORCH_CHECK(
      z.size(0) < std::int64_t{1} << 31 && codes.size(0) < std::int64_t{65535} * kCodesOfBlock,
      "too many codes or rows: ", codes.sizes(), ", ", z.sizes());
  const Sizes size = {static_cast<int>(z.size(0)), static_cast<int>(codes.size(0)),
                      static_cast<int>(z.size(1))};
  const at::Tensor norms = z.square().sum(1);           // [N]
  const at::Tensor code_norms = codes.square().sum(1);  // [Q]
  const at::Tensor best = at::full({z.size(0)}, -1, z.options().dtype(at::kLong));
  const dim3 grid(static_cast<unsigned>((size.rows + kTile - 1) / kTile),
                  static_cast<unsigned>((size.codes + kCodesOfBlock - 1) / kCodesOfBlock));
  nearest_kernel<<<grid, kSide * kSide, 0, at::cuda::getCurrentCUDAStream()>>>(
      z.data_ptr<float>(), codes.data_ptr<float>(), norms.data_ptr<float>(),
      code_norms.data_ptr<float>(), size,
      reinterpret_cast<unsigned long long*>(best.data_ptr<std::int64_t>()));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return best.bitwise_and(0xFFFFFFFFLL);
}

}  // namespace pincel::ops
