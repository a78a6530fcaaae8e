// SPDX-License-Identifier: MIT
#include "commands/machine_options.h"

#include <ATen/Parallel.h>

#include "core/tensor.h"

namespace pincel {

at::Device use_machine(const MachineOptions& options) {
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  return pick_device(options.device);
}

}  // namespace pincel
