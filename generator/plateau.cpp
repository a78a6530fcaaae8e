// SPDX-License-Identifier: MIT
#include "generator/plateau.h"

namespace pincel {

void Plateau::see(double loss) {
  if (options_.patience == 0 || state_.is_over) return;
  if (loss < state_.best) {
    state_.best = loss;
    state_.waited = 0;
    return;
  }
  if (++state_.waited < options_.patience) return;
  state_.waited = 0;
  if (state_.drops == options_.drops) {
    state_.is_over = true;
  } else {
    ++state_.drops;
    state_.factor *= options_.factor;
  }
}

}  // namespace pincel
