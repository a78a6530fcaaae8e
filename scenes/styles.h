// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "scenes/canvas.h"
#include "scenes/dice.h"
#include "scenes/words.h"

namespace pincel {

// A painter's style as an operation on a picture, and its words.
struct Style {
  std::string name;
  PerLanguage<std::vector<std::string>> nouns;  // "watercolor", "watercolor painting": "a ... of X"
  PerLanguage<std::vector<std::string>> manners;  // "in watercolor": "X ..."
  std::string english_adjective;                  // "a ... portrait of X"
  bool keeps_color;                               // the colours of things can still be told
  bool keeps_ground_color;                        // and those of the ground
  Sheet (*apply)(const Sheet&, Dice&);            // strokes grow with the canvas: side / 64
};

const std::vector<Style>& styles();

}  // namespace pincel
