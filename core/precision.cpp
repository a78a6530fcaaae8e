// SPDX-License-Identifier: MIT
#include "core/precision.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include "core/tensor.h"

namespace pincel {

at::ScalarType precision_for(const std::string& name, const at::Device& device) {
  if (name != "auto") return dtype_named(name);
  const bool has_bfloat16 =
      device.is_cuda() ? at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8()
                       : cpu_has_bfloat16();
  return has_bfloat16 ? at::kBFloat16 : at::kFloat;
}

std::string precision_name(at::ScalarType dtype) {
  if (dtype == at::kBFloat16) return "bfloat16";
  return dtype == at::kHalf ? "float16" : "float32";
}

}  // namespace pincel
