// SPDX-License-Identifier: MIT
#include "core/ops/device_graph.h"

#include <utility>

#include "core/ops/cuda_kernels.h"

namespace pincel::ops {
namespace {

class WorkItself : public DeviceGraph {
 public:
  explicit WorkItself(std::function<void()> work) : work_(std::move(work)) {}
  void replay() override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace

bool can_capture(const at::Device& device) {
  return device.is_cpu() || (device.is_cuda() && has_cuda_kernels());
}

std::unique_ptr<DeviceGraph> captured(const at::Device& device, const std::function<void()>& work) {
  if (device.is_cuda()) return captured_cuda(work);
  return std::make_unique<WorkItself>(work);
}

}  // namespace pincel::ops
