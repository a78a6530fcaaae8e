// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/picture.h"

namespace pincel {

using Colour = std::array<double, 3>;  // red, green, blue as a screen is told them, in [0, 1]

// "navy", "#08f", "#0088ff", "(0+136+255)" or "[0+0.5+1]". Error (bad value) that names `option`
// and the nearest known name.
Colour parse_colour(std::string_view text, const std::string& option);

// The colours of one or more sections, joined by ';', in their order:
//   pastel                     a palette by its name (core/colour_names.h)
//   black->navy->white         sixteen steps from colour to colour
//   navy                       the same from black to it
//   [navy, #fa0, (12+80+200)]  just these
//   @photo.jpg                 the main colours of a picture: sixteen, or all where it has at
//                              most 255
// `\N` behind a section asks for N steps or main colours. Error (bad value) that names `option`.
std::vector<Colour> parse_palette(std::string_view text, const std::string& option);

// The same palette as a list of hex colours, which needs no file: "[#000080,#ffffff]".
std::string palette_text(const std::vector<Colour>& colours);

// The colours that tell a picture best, at most `count`, dark to light: median cut, then k-means,
// in OKLab. Fewer where it has fewer.
std::vector<Colour> main_colours(const Picture& picture, std::int64_t count);

at::Tensor palette_tensor(const std::vector<Colour>& colours);  // [P, 3], float32

// In which space colours are compared: "rgb" or "oklab".
inline const std::vector<std::string> kColourSpaces{"oklab", "rgb"};
at::Tensor in_colour_space(const at::Tensor& rgb, const std::string& space);

// Which colour of the palette [P, 3] is nearest to each pixel of images [B, 3, H, W], and that
// colour itself; the first of equals. No gradient.
at::Tensor nearest_colours(const at::Tensor& images, const at::Tensor& palette,
                           const std::string& space);                           // [B, H, W], int64
at::Tensor painted_with(const at::Tensor& palette, const at::Tensor& indices);  // [B, 3, H, W]

}  // namespace pincel
