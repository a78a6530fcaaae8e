// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/png.h"

namespace pincel {

// How a picture is stored.
struct PictureFormat {
  std::string name = "png";    // png, jpeg or webp
  std::int64_t depth = 8;      // bits of a channel; 16 as PNG alone
  std::int64_t fidelity = 92;  // of JPEG and WebP, 1 to 100; a WebP of 100 is without loss
};

// "png", "jpeg" or "webp" for names that end in .png, .jpg, .jpeg or .webp; "" for others.
std::string format_of_name(const std::filesystem::path& path);
// ".png", ".jpg" or ".webp".
std::string suffix_of_format(std::string_view format);

// Image [1, 3, H, W] or [3, H, W] in [0, 1] (values outside are clamped, NaN is an Error) with its
// texts, read back by read_picture_text(). A fourth channel is alpha, not premultiplied; a JPEG is
// laid on white. Error (bad value) for a depth a format does not have, and for more text than a
// JPEG can hold (64 KiB).
std::string encode_picture(const at::Tensor& image, const PictureFormat& format,
                           const std::vector<PngText>& texts = {});

}  // namespace pincel
