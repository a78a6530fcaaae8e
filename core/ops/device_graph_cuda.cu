// SPDX-License-Identifier: MIT
// Work as a CUDA graph. No kernel of its own: libtorch's graph needs the toolkit's headers.
#include <ATen/cuda/CUDAGraph.h>

#include "core/ops/device_graph.h"

namespace pincel::ops {
namespace {

class CudaGraph : public DeviceGraph {
 public:
  // Only this thread's calls can spoil it: others write previews meanwhile.
  explicit CudaGraph(const std::function<void()>& work) {
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      end_spoilt();
      throw;
    }
    graph_.capture_end();
  }
  void replay() override { graph_.replay(); }

 private:
  void end_spoilt() {
    try {
      graph_.capture_end();
    } catch (...) {  // it says that it is spoilt
      cudaGetLastError();
    }
  }
  at::cuda::CUDAGraph graph_;  // with a memory pool of its own
};

}  // namespace

std::unique_ptr<DeviceGraph> captured_cuda(const std::function<void()>& work) {
  return std::make_unique<CudaGraph>(work);
}

}  // namespace pincel::ops
