// SPDX-License-Identifier: MIT
#pragma once

#include "core/picture.h"

namespace pincel {

// The picture at another size, bicubic (a = -0.5), widened for shrinking: the very bytes that
// Pillow's Image.resize(size, BICUBIC) gives, which CLIP models were trained with. Sides from 1 to
// kMaxPictureSide.
Picture resized(const Picture& picture, int width, int height);

// As OpenAI's preprocessing: the shorter side becomes `side`, the longer one is rounded down, then
// the middle square is cut out.
Picture centre_square(const Picture& picture, int side);

}  // namespace pincel
