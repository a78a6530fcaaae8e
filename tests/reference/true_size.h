// SPDX-License-Identifier: MIT
// What the tests of models at their true size measure: differences, time and memory.
#pragma once

#include <sys/resource.h>
#include <torch/torch.h>

#include <chrono>

namespace pincel::reference {

inline double difference(const at::Tensor& own, const at::Tensor& expected) {
  return (own - expected).abs().max().item<double>();
}

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The most that the process has had resident.
inline long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace pincel::reference
