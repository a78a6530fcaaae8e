// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/schedule.h"

namespace pincel {

// What a painting's rate is multiplied by, over its steps:
//   "1@0 0.15@100%"       a Schedule
//   "drops 75% 200"       a tenth from each of these moments on, percent or steps
//   "cosine [LEAST]"      from 1 to LEAST (0) along half a cosine
//   "restarts N [LEAST]"  the same, N times one after the other
class RateShape {
 public:
  // Error (bad value) naming rate_shape for text that is none of these.
  static RateShape parse(std::string_view text);

  // In the step of this number, from 0, of so many.
  double at(std::int64_t step, std::int64_t steps) const;

 private:
  std::vector<Schedule> factors_;  // all of them together
  std::int64_t waves_ = 0;
  double least_ = 0;
};

}  // namespace pincel
