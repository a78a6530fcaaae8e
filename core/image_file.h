// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

#include "core/picture.h"
#include "core/png.h"

namespace pincel {

// An image file as [1, 3, H, W], float32 RGB in [0, 1], on the CPU.
at::Tensor read_image(const std::filesystem::path& path);

// Writes image [1, 3, H, W] or [3, H, W] in [0, 1] (values outside are clamped, NaN is an Error) as
// .png, .jpg, .jpeg or .webp with texts, atomically.
void write_image(const std::filesystem::path& path, const at::Tensor& image,
                 const std::vector<PngText>& texts = {});

// [1, 3, H, W] or [3, H, W] in [0, 1] on any device <-> 8-bit pixels, rounded to the nearest.
Picture to_picture(const at::Tensor& image);
at::Tensor from_picture(const Picture& picture);  // [1, 3, H, W]

}  // namespace pincel
