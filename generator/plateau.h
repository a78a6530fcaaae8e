// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

#include "core/options.h"

namespace pincel {

struct PlateauOptions {
  std::int64_t patience = 0;
  double factor = 0.1;
  std::int64_t drops = 1;

  template <class V>
  void fields(V&& visit) {
    visit("patience", patience,
          "steps without a lower loss than ever, after which the rate falls; 0: it never does",
          Range{0, 1e6});
    visit("factor", factor, "what the rate is multiplied by each time", Range{0, 1});
    visit("drops", drops, "how often it falls; the next time, painting ends", Range{0, 1000});
  }
};

// All that a plateau knows, to go on from.
struct PlateauState {
  double best = std::numeric_limits<double>::infinity();
  std::int64_t waited = 0;  // steps since the best
  std::int64_t drops = 0;
  double factor = 1;  // of the rate
  bool is_over = false;
};

// Lowers the rate where the loss stands still, and ends a painting where that helps no more. Looks
// at losses that the host has: nothing waits for it.
class Plateau {
 public:
  explicit Plateau(const PlateauOptions& options) : options_(options) {}

  void see(double loss);               // of each step, in order
  void begin_again() { state_ = {}; }  // where losses are others from now on
  const PlateauState& state() const { return state_; }
  void go_on(const PlateauState& state) { state_ = state; }

 private:
  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace pincel
