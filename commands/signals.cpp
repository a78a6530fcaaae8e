// SPDX-License-Identifier: MIT
#include "commands/signals.h"

#include <unistd.h>

#include <csignal>

namespace pincel {
namespace {

// A signal handler can reach nothing but a variable like this.
volatile std::sig_atomic_t caught_signal = 0;  // NOLINT(*-avoid-non-const-global-variables)

void on_signal(int signal) {
  if (caught_signal != 0 && signal != SIGUSR1) _exit(128 + signal);
  if (caught_signal == 0 || signal != SIGUSR1) caught_signal = signal;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Signals::Signals() {
  caught_signal = 0;
  handle(on_signal);
}

Signals::~Signals() { handle(SIG_DFL); }

int Signals::caught() const { return caught_signal; }

ExitCode Signals::exit_code() const {
  switch (caught()) {
    case 0:
      return ExitCode::ok;
    case SIGUSR1:
      return ExitCode::temporary;
    case SIGINT:
      return ExitCode::interrupted;
    default:
      return ExitCode::terminated;
  }
}

}  // namespace pincel
