// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include "guidance/filter.h"

namespace pincel {

// Each picture of [B, 3, H, W] rolled by a way of its own in this step, down and to the right; as
// it is where nothing random may happen.
at::Tensor randomly_rolled(const at::Tensor& images, const FilterMoment& moment);

}  // namespace pincel
