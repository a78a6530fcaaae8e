// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "generator/vqgan_config.h"
#include "guidance/clip_config.h"

namespace pincel {

// How a step keeps within memory.
struct MemoryPlan {
  std::int64_t at_once = 1;  // views that go through a CLIP together
  bool redraws = false;      // the decoder is passed through once more on the way back, so that
                             // nothing of it is kept while CLIP looks
  std::int64_t views = 1;    // in each step, those of all pictures in one pass
  std::int64_t bytes = 0;    // what the largest moment of a step is thought to take
  std::int64_t allowed = 0;  // what it may
  bool is_whole() const { return at_once >= views && !redraws; }
  // "16 cutouts in 4 parts of 4, decoder drawn twice; about 1.2 GiB of 1.5 GiB"
  std::string text() const;
};

// Bytes by moment, from shapes.
struct StepMemory {
  std::int64_t view = 0;       // of each view while CLIP goes there and back
  std::int64_t drawn = 0;      // what the drawer keeps for the way back
  std::int64_t drawing = 0;    // what drawing takes besides, for a moment
  std::int64_t pictures = 0;   // pictures, their gradients and what is done with them
  std::int64_t libraries = 0;  // whatever is painted
  std::int64_t at_most(std::int64_t at_once, bool redraws) const;
};

struct MemoryShape {
  std::int64_t height = 0, width = 0;  // pixels
  std::int64_t batch = 1;
  std::int64_t element = 4;            // bytes of a number in matrix products
  const VqganConfig* vqgan = nullptr;  // null for drawers without
  bool has_fused_norm = false;
};
StepMemory step_memory(const MemoryShape& shape);
// What a view takes in a vision tower, `element` bytes to a number.
std::int64_t view_memory(const ClipConfig& clip, std::int64_t element);

// The fastest that is thought to fit: all views at once; else in parts that are not too small for
// the machine; else with a decoder that is passed through twice; else the smallest there is.
MemoryPlan plan_memory(const StepMemory& memory, std::int64_t views, std::int64_t allowed);
// The next smaller one: three quarters of what `plan` was thought to take. False where it was the
// smallest.
bool step_down(MemoryPlan& plan, const StepMemory& memory);

}  // namespace pincel
