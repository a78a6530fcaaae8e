// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"

namespace pincel {

// While it lives, SIGINT, SIGTERM, SIGHUP and SIGUSR1 only leave a mark, so that a loop can end
// well after the step in progress; a second one of the first three ends the program at once. Make
// one at a time.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The signal that came first, 0 for none.
  int caught() const;
  // How a run that it ended ends: interrupted, terminated, or, for SIGUSR1, temporary: the work is
  // to be gone on with by another process. Ok where none came.
  ExitCode exit_code() const;
};

}  // namespace pincel
