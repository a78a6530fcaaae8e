// SPDX-License-Identifier: MIT
#pragma once

namespace pincel::ops {

// Whether this program was built with our CUDA kernels; without them libtorch's operations do.
bool has_cuda_kernels();

}  // namespace pincel::ops
