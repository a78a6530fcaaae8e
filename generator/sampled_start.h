// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>

#include <span>

#include "generator/code_transformer.h"
#include "generator/drawer.h"

namespace pincel {

// What draws the start of a painting, and what it is told.
struct SampledStart {
  const CodeTransformer& transformer;
  TransformerCondition condition;
  ChoiceOptions choice;
};

// Draws a picture of the canvas's proportions for each generator and puts them into the drawer:
// their codes as they are where the drawer paints with the transformer's own VQGAN, else the
// pictures, encoded anew.
void start_from_sample(Drawer& drawer, const Canvas& canvas, const SampledStart& start,
                       std::span<at::Generator> generators);

}  // namespace pincel
