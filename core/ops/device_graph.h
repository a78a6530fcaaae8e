// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace pincel::ops {

// Work that was recorded with all the memory that it uses, and can be done again with one call. On
// a CPU it is the work itself.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  virtual void replay() = 0;  // on the current stream; does not wait for it
};

// Whether captured() can record work on this device: a CPU, or a GPU in a build with kernels.
bool can_capture(const at::Device& device);

// Records `work`, which has been done before, on the current stream, which must not be the default
// one; nothing of it is done yet. Throws whatever `work` throws, and where it waits for the device.
std::unique_ptr<DeviceGraph> captured(const at::Device& device, const std::function<void()>& work);

// The same on a GPU alone; without kernels, an error.
std::unique_ptr<DeviceGraph> captured_cuda(const std::function<void()>& work);

}  // namespace pincel::ops
