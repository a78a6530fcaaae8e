// SPDX-License-Identifier: MIT
#include "core/step_graph.h"

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <exception>

#include "core/free_memory.h"

namespace pincel {
namespace {

// Libraries set themselves up and gradients get their memory the first time, choices are made by
// the second.
constexpr int kWarmUps = 3;

// From now on `later` does nothing before `sooner` has done what it was told so far.
void put_behind(const c10::Stream& later, const c10::Stream& sooner) {
  c10::Event event(sooner.device_type());
  event.record(sooner);
  event.block(later);
}

std::string first_line(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

}  // namespace

StepGraph::StepGraph(const at::Device& device, bool is_wished)
    : device_(device), is_on_(is_wished && ops::can_capture(device)) {}

void StepGraph::forget() {
  graph_.reset();
  key_.clear();
  times_ = 0;
}

void StepGraph::turn_off(std::string problem) {
  forget();
  is_on_ = false;
  problem_ = std::move(problem);
}

void StepGraph::run(const std::vector<std::int64_t>& key, const Work& work) {
  if (!is_on_) {
    work();
    return;
  }
  if (device_.is_cpu()) {
    run_here(key, work);
    return;
  }
  const c10::impl::VirtualGuardImpl device_guard(device_.type());
  const c10::Stream callers = device_guard.getStream(device_);
  if (!stream_) stream_ = device_guard.getStreamFromGlobalPool(device_);
  const c10::Stream own = *stream_;
  put_behind(own, callers);
  try {
    const c10::StreamGuard guard(own);
    run_here(key, work);
  } catch (...) {
    put_behind(callers, own);
    throw;
  }
  put_behind(callers, own);
}

void StepGraph::run_here(const std::vector<std::int64_t>& key, const Work& work) {
  if (key != key_) {
    forget();
    key_ = key;
  }
  if (!graph_ && times_ < kWarmUps) {
    work();
    ++times_;
    return;
  }
  if (!graph_) record(work);
  if (!graph_) {
    work();
    return;
  }
  graph_->replay();
  ++replays_;
}

void StepGraph::record(const Work& work) {
  // What libtorch keeps for later is of no use to a graph, which has memory of its own.
  if (!device_.is_cpu()) release_kept_memory(device_);
  try {
    graph_ = ops::captured(device_, work);
    ++recordings_;
  } catch (const std::exception& error) {
    turn_off(first_line(error));
  }
}

}  // namespace pincel
