// SPDX-License-Identifier: MIT
// Stands in for the kernels (.cu) where the program is built without a CUDA toolkit. Callers ask
// has_cuda_kernels() first and do with libtorch's operations otherwise.
#include <c10/util/Exception.h>

#include "core/ops/cuda_kernels.h"
#include "core/ops/cutout_halves.h"
#include "core/ops/device_graph.h"
#include "core/ops/group_norm_halves.h"
#include "core/ops/nearest_code_halves.h"
#include "core/ops/rasteriser_halves.h"

namespace pincel::ops {

bool has_cuda_kernels() { return false; }

std::unique_ptr<DeviceGraph> captured_cuda(const std::function<void()>& /*work*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

Sampled sample_cuda(const at::Tensor& /*image*/, const at::Tensor& /*plans*/, std::int64_t /*side*/,
                    at::ScalarType /*dtype*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

at::Tensor sample_backward_cuda(const at::Tensor& /*gradient*/, const at::Tensor& /*passed*/,
                                const at::Tensor& /*plans*/, at::IntArrayRef /*size*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

Normed group_norm_cuda(const at::Tensor& /*x*/, const NormSettings& /*norm*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

at::Tensor group_norm_backward_cuda(const at::Tensor& /*slope*/, const at::Tensor& /*x*/,
                                    const NormSettings& /*norm*/, const Normed& /*forward*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

at::Tensor nearest_code_cuda(const at::Tensor& /*z*/, const at::Tensor& /*codes*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

at::Tensor paint_shapes_cuda(const at::Tensor& /*under*/, const Shapes& /*shapes*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

ShapesGradient unpaint_shapes_cuda(const at::Tensor& /*gradient*/, const at::Tensor& /*under*/,
                                   const Shapes& /*shapes*/, bool /*wants_points*/) {
  TORCH_CHECK(false, "this program was built without CUDA kernels");
}

}  // namespace pincel::ops
