// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pincel {

// How progress is told. `automatic` is a bar where stderr is a terminal, else lines.
enum class ProgressStyle { automatic, bar, lines, events, silent };

struct ProgressOptions {
  std::string label;       // "painting"
  std::int64_t total = 0;  // steps; 0: unknown
  ProgressStyle style = ProgressStyle::automatic;
  // Where the text goes and seconds on a steady clock; left empty: stderr (stdout for events) and
  // the machine's clock.
  std::function<void(std::string_view)> write;
  std::function<double()> clock;
};

// Tells of a long run: step, rate, time left and named values. A bar is redrawn up to ten times a
// second; lines come at every tenth of the run, and once a minute; events are JSON lines. Errors
// in writing are ignored: a closed terminal stops no run.
class Progress {
 public:
  using Values = std::vector<std::pair<std::string, double>>;

  explicit Progress(ProgressOptions options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Steps done so far. A run that resumes tells where with begin_at().
  void update(std::int64_t step, const Values& values = {});
  void begin_at(std::int64_t step);
  // For a run bounded by time: the share done and seconds left, instead of what steps would say.
  void update(std::int64_t step, const Values& values, double share, double seconds_left);
  // A line above the bar; an event of type "note".
  void note(std::string_view text);
  // Closes the bar with its last state. Also done by the destructor.
  void finish();

 private:
  struct State {
    std::int64_t step = 0;
    double share = 0;    // 0 to 1; below 0: unknown
    double rate = 0;     // steps a second; 0: unknown
    double left = -1;    // seconds; below 0: unknown
    double elapsed = 0;  // seconds
    Values values;
  };
  void tell(bool is_last);
  void measure();
  std::string bar_text(int columns) const;
  std::string line_text() const;
  std::string event_text() const;

  ProgressOptions options_;
  State state_;
  std::int64_t first_step_ = 0;
  std::int64_t measured_step_ = 0;
  double start_ = 0;
  double measured_at_ = 0;
  double told_at_ = -1e9;
  int told_tenth_ = -1;
  bool has_share_ = false;
  bool is_bar_open_ = false;
  bool is_finished_ = false;
  bool is_told_ = true;  // the present state has been written
};

// "9 s", "3 min 05 s", "2 h 10 min".
std::string written_duration(double seconds);

}  // namespace pincel
