// SPDX-License-Identifier: MIT
#pragma once

#include "scenes/canvas.h"
#include "scenes/dice.h"

namespace pincel {

// Each paints the picture anew in its manner; the dice vary strokes and grain. Wet and dry media:
Canvas paint_watercolor(const Canvas& from, Dice& dice);
Canvas paint_oil(const Canvas& from, Dice& dice);
Canvas paint_pencil(const Canvas& from, Dice& dice);
Canvas paint_charcoal(const Canvas& from, Dice& dice);
Canvas paint_pastel(const Canvas& from, Dice& dice);
Canvas paint_pixel_art(const Canvas& from, Dice& dice);

// Tiles, prints, lights and drawings:
Canvas paint_mosaic(const Canvas& from, Dice& dice);
Canvas paint_stained_glass(const Canvas& from, Dice& dice);
Canvas paint_pointillism(const Canvas& from, Dice& dice);
Canvas paint_woodcut(const Canvas& from, Dice& dice);
Canvas paint_linocut(const Canvas& from, Dice& dice);
Canvas paint_neon(const Canvas& from, Dice& dice);
Canvas paint_cartoon(const Canvas& from, Dice& dice);
Canvas paint_comic(const Canvas& from, Dice& dice);
Canvas paint_sepia(const Canvas& from, Dice& dice);
Canvas paint_blueprint(const Canvas& from, Dice& dice);

}  // namespace pincel
