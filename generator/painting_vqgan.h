// SPDX-License-Identifier: MIT
#pragma once

#include "generator/painter.h"

namespace pincel {

// The VQGAN of a painting: its edges are neighbours where a filter asks for it. Error (bad value)
// where the picture is then no whole number of codes: it would be cropped between its edges.
Vqgan load_painting_vqgan(const PaintOptions& options, const at::Device& device);

}  // namespace pincel
