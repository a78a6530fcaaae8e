// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/options.h"

namespace pincel {

// Where a command computes.
struct MachineOptions {
  std::string device = "auto";
  std::int64_t threads = 0;

  template <class V>
  void fields(V&& visit) {
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
  }
};

// Sets the threads of this process and gives the device; errors as pick_device().
at::Device use_machine(const MachineOptions& options);

}  // namespace pincel
