// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "commands/batch_store.h"

namespace pincel {

// Says every few seconds, from a thread of its own, that the process which holds a pass is alive
// and how far it is, however long a step takes.
class Heartbeat {
 public:
  Heartbeat(const std::filesystem::path& record, ProcessName owner);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  void begin(std::int64_t pass, std::int64_t step);
  void end();
  // Error (temporary) where the pass was taken away: this process was thought dead.
  void step(std::int64_t step);

 private:
  void live();

  BatchStore store_;  // a connection of its own
  ProcessName owner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t pass_ = 0;  // 0: none is held
  std::int64_t step_ = 0;
  bool is_lost_ = false;
  bool is_over_ = false;
  std::thread thread_;  // the last, since it uses the others
};

}  // namespace pincel
