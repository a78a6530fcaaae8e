// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "scenes/glyphs.h"
#include "scenes/words.h"

namespace pincel {

enum class Category : std::uint8_t {
  face,
  person,
  hand,
  animal,
  plant,
  food,
  place,
  vehicle,
  sky,
  object,
  shape
};

// One way a thing looks.
struct Appearance {
  int glyph = 0;  // number in the GlyphBook
  int tone = -1;  // skin: 0 light ... 4 dark, -1 not said
};

struct Thing {
  std::string key;  // its Unicode sequence, or the name of a shape
  Category category = Category::object;
  std::vector<Appearance> looks;
  PerLanguage<std::vector<Noun>> names;  // the first is the main one, the others are synonyms
  PerLanguage<bool> colored_name = {};   // the name says a colour: "red envelope"
  bool recolors = false;                 // may be drawn in another colour
  bool always_colored = false;           // its colour is nearly always said: hearts, books, shapes
  bool adult = false;                    // "young" may be said of it
  float weight = 1;                      // how often it is drawn
};

// The things of the font that CLDR names in all three languages, then the plain shapes.
std::vector<Thing> load_things(const std::filesystem::path& cldr, GlyphBook& glyphs);

}  // namespace pincel
