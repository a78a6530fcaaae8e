// SPDX-License-Identifier: MIT
#pragma once

namespace pincel {

// While it lives, SIGINT and SIGTERM only leave a mark, so that a loop can end well after the step
// in progress; a second one ends the program at once. Make one at a time.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The signal that came, 0 for none.
  int caught() const;
};

}  // namespace pincel
