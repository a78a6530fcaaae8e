// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace c10 {
struct Event;
}

namespace pincel {

// What one step says of one picture.
struct StepReport {
  struct Value {
    std::string name;
    double value;  // weighted
  };
  std::int64_t step = 0;     // from 1
  std::int64_t picture = 0;  // of the batch
  double loss = 0;
  std::vector<Value> terms;
};

// What steps say, on its way from the device. On a GPU each step's numbers are copied behind it
// while the next one is under way, so that asking for them does not have to wait.
class ReportQueue {
 public:
  ReportQueue();
  ~ReportQueue();

  // values [B, terms], which may be overwritten afterwards
  void push(std::int64_t step, std::vector<std::string> names, const at::Tensor& values);
  // Those that have arrived, in order; B for each step.
  std::vector<StepReport> take_finished();
  // All of them: waits for the device.
  std::vector<StepReport> take_all();
  void clear();  // nobody wants them any more

 private:
  struct Pending {
    std::int64_t step;
    std::vector<std::string> names;
    at::Tensor values;                    // [B, terms] on the CPU
    std::unique_ptr<c10::Event> arrival;  // null: they are there
    bool has_arrived() const;
  };
  static void add_reports(const Pending& item, std::vector<StepReport>& reports);

  std::deque<Pending> pending_;
};

}  // namespace pincel
