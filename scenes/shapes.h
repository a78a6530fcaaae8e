// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "scenes/glyphs.h"

namespace pincel {

struct ShapeName {
  std::string name;  // the key of draw_shape and the English word
  std::string spanish;
  std::string portuguese;
};

const std::vector<ShapeName>& shape_names();

// A white, antialiased shape on nothing, `side` x `side` pixels.
Bitmap draw_shape(const std::string& name, int side);

}  // namespace pincel
