// SPDX-License-Identifier: MIT
#pragma once

#include "scenes/canvas.h"
#include "scenes/dice.h"

namespace pincel {

// Each fills the canvas with its place; the dice vary it.
void paint_day_sky(Sheet& canvas, Dice& dice);
void paint_night_sky(Sheet& canvas, Dice& dice);
void paint_space(Sheet& canvas, Dice& dice);
void paint_sunset(Sheet& canvas, Dice& dice);
void paint_sea(Sheet& canvas, Dice& dice);
void paint_underwater(Sheet& canvas, Dice& dice);
void paint_beach(Sheet& canvas, Dice& dice);
void paint_forest(Sheet& canvas, Dice& dice);
void paint_desert(Sheet& canvas, Dice& dice);
void paint_snow(Sheet& canvas, Dice& dice);
void paint_rain(Sheet& canvas, Dice& dice);
void paint_fog(Sheet& canvas, Dice& dice);
void paint_mountains(Sheet& canvas, Dice& dice);
void paint_meadow(Sheet& canvas, Dice& dice);
void paint_flowers(Sheet& canvas, Dice& dice);
void paint_city_night(Sheet& canvas, Dice& dice);
void paint_city_day(Sheet& canvas, Dice& dice);
void paint_wood(Sheet& canvas, Dice& dice);
void paint_room(Sheet& canvas, Dice& dice);
void paint_checks(Sheet& canvas, Dice& dice);
void paint_stripes(Sheet& canvas, Dice& dice);

}  // namespace pincel
