// SPDX-License-Identifier: MIT
#pragma once

namespace pincel {

// How a picture is brought to another size.
enum class Interpolation { bicubic, bilinear };

}  // namespace pincel
