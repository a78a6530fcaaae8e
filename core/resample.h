// SPDX-License-Identifier: MIT
#pragma once

#include "core/interpolation.h"
#include "core/picture.h"

namespace pincel {

// The picture at another size, bicubic (a = -0.5), widened for shrinking: the very bytes that
// Image.resize(size, BICUBIC) or BILINEAR of Pillow up to 12 gives, which CLIP models were trained
// with. (Pillow 13 goes down first and then across where that is cheaper; where both shrink alike,
// as before a CLIP, the two are at most a level apart.) Sides from 1 to kMaxPictureSide.
Picture resized(const Picture& picture, int width, int height,
                Interpolation filter = Interpolation::bicubic);

// The picture with no side longer than `longest`: itself where it already is so.
Picture shrunk(const Picture& picture, int longest);

// As OpenAI's preprocessing: the shorter side becomes `side`, the longer one is rounded down, then
// the middle square is cut out.
Picture centre_square(const Picture& picture, int side,
                      Interpolation filter = Interpolation::bicubic);

}  // namespace pincel
