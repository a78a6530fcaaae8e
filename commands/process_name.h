// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace pincel {

// A process of this or of another machine, also told from a later one with the same number.
struct ProcessName {
  std::string host;    // for people
  std::string system;  // one start of one machine, and within it one space of process numbers
  std::int64_t number = 0;
  std::string started;  // in ticks of its machine
};

ProcessName this_process();

// Whether it is known to have ended; false for a process of another machine.
bool has_ended(const ProcessName& process);

}  // namespace pincel
