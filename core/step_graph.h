// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Stream.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ops/device_graph.h"

namespace pincel {

// Does the same work on a device again and again: as it is for the first times, then as a graph
// recorded from it, which takes the host one call. On a GPU all of it runs on a stream of its own,
// in order with what the caller does before and after. Never waits for the device.
class StepGraph {
 public:
  using Work = std::function<void()>;

  // `is_wished` false: the work is always done as it is.
  StepGraph(const at::Device& device, bool is_wished);

  // Does `work` once. `key` says all that a recorded graph depends on: sizes and choices of the
  // host, and where tensors lie that change from time to time. With another key it is recorded
  // anew, after it was done a few times. Where it cannot be recorded it is done as it is from then
  // on, and take_problem() says why.
  void run(const std::vector<std::int64_t>& key, const Work& work);
  // Gives the recorded graph and its memory up.
  void forget();
  // As it is from now on.
  void turn_off(std::string problem);

  std::string take_problem() { return std::exchange(problem_, {}); }
  bool is_on() const { return is_on_; }
  std::int64_t replays() const { return replays_; }
  std::int64_t recordings() const { return recordings_; }

 private:
  void run_here(const std::vector<std::int64_t>& key, const Work& work);
  void record(const Work& work);

  at::Device device_;
  std::optional<c10::Stream> stream_;  // on a GPU, once it was needed
  bool is_on_;
  std::vector<std::int64_t> key_;
  int times_ = 0;  // that work with this key was done as it is
  std::unique_ptr<ops::DeviceGraph> graph_;
  std::string problem_;
  std::int64_t replays_ = 0;
  std::int64_t recordings_ = 0;
};

}  // namespace pincel
