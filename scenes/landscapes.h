// SPDX-License-Identifier: MIT
#pragma once

#include "scenes/canvas.h"
#include "scenes/dice.h"

namespace pincel {

// Each fills the canvas with its place; the dice vary it.
void paint_day_sky(Canvas& canvas, Dice& dice);
void paint_night_sky(Canvas& canvas, Dice& dice);
void paint_space(Canvas& canvas, Dice& dice);
void paint_sunset(Canvas& canvas, Dice& dice);
void paint_sea(Canvas& canvas, Dice& dice);
void paint_underwater(Canvas& canvas, Dice& dice);
void paint_beach(Canvas& canvas, Dice& dice);
void paint_forest(Canvas& canvas, Dice& dice);
void paint_desert(Canvas& canvas, Dice& dice);
void paint_snow(Canvas& canvas, Dice& dice);
void paint_rain(Canvas& canvas, Dice& dice);
void paint_fog(Canvas& canvas, Dice& dice);
void paint_mountains(Canvas& canvas, Dice& dice);
void paint_meadow(Canvas& canvas, Dice& dice);
void paint_flowers(Canvas& canvas, Dice& dice);
void paint_city_night(Canvas& canvas, Dice& dice);
void paint_city_day(Canvas& canvas, Dice& dice);
void paint_wood(Canvas& canvas, Dice& dice);
void paint_room(Canvas& canvas, Dice& dice);
void paint_checks(Canvas& canvas, Dice& dice);
void paint_stripes(Canvas& canvas, Dice& dice);

}  // namespace pincel
