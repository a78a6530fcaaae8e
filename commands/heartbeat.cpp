// SPDX-License-Identifier: MIT
#include "commands/heartbeat.h"

#include <chrono>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

constexpr std::chrono::seconds kBeat{5};

}  // namespace

Heartbeat::Heartbeat(const std::filesystem::path& record, ProcessName owner)
    : store_(record), owner_(std::move(owner)), thread_([this] { live(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::begin(std::int64_t pass, std::int64_t step) {
  const std::lock_guard lock(mutex_);
  pass_ = pass;
  step_ = step;
  is_lost_ = false;
}

void Heartbeat::end() {
  const std::lock_guard lock(mutex_);
  pass_ = 0;
}

void Heartbeat::step(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  step_ = step;
  require(!is_lost_, ExitCode::temporary, "{}: another process took this pass over",
          store_.path().string());
}

void Heartbeat::live() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kBeat, [this] { return is_over_; })) {
    if (pass_ == 0) continue;
    try {
      is_lost_ = !store_.beat(pass_, owner_, step_);
    } catch (const Error&) {  // a full disk or a lock: the painting itself will say so
    }
  }
}

}  // namespace pincel
