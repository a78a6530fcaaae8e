// SPDX-License-Identifier: MIT
#pragma once

#include "scenes/canvas.h"
#include "scenes/dice.h"

namespace pincel {

// Each paints the picture anew in its manner; the dice vary strokes and grain. Wet and dry media:
Sheet paint_watercolor(const Sheet& from, Dice& dice);
Sheet paint_oil(const Sheet& from, Dice& dice);
Sheet paint_pencil(const Sheet& from, Dice& dice);
Sheet paint_charcoal(const Sheet& from, Dice& dice);
Sheet paint_pastel(const Sheet& from, Dice& dice);
Sheet paint_pixel_art(const Sheet& from, Dice& dice);

// Tiles, prints, lights and drawings:
Sheet paint_mosaic(const Sheet& from, Dice& dice);
Sheet paint_stained_glass(const Sheet& from, Dice& dice);
Sheet paint_pointillism(const Sheet& from, Dice& dice);
Sheet paint_woodcut(const Sheet& from, Dice& dice);
Sheet paint_linocut(const Sheet& from, Dice& dice);
Sheet paint_neon(const Sheet& from, Dice& dice);
Sheet paint_cartoon(const Sheet& from, Dice& dice);
Sheet paint_comic(const Sheet& from, Dice& dice);
Sheet paint_sepia(const Sheet& from, Dice& dice);
Sheet paint_blueprint(const Sheet& from, Dice& dice);

}  // namespace pincel
