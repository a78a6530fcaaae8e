// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/picture.h"

namespace pincel {

// A picture as a prompt names it: "photo.jpg", or a part of it as "photo.jpg#x,y,w,h", each number
// in pixels or, with a %, in percent of the picture's side.
struct PicturePart {
  std::string file;
  std::string part;  // "x,y,w,h"; empty: all of it
};
PicturePart picture_part(std::string_view text);

// Error (bad value) for a part that is none or lies outside.
Picture cut_out(const Picture& picture, const PicturePart& part);

}  // namespace pincel
