// SPDX-License-Identifier: MIT
#include "core/progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.h"

namespace pincel::progress_test {
namespace {

// A progress whose text and clock are ours.
struct Stage {
  std::string text;
  double now = 0;

  ProgressOptions options(ProgressStyle style, std::int64_t total) {
    return {.label = "painting",
            .total = total,
            .style = style,
            .write = [this](std::string_view part) { text += part; },
            .clock = [this] { return now; }};
  }
  std::size_t lines() const { return std::count(text.begin(), text.end(), '\n'); }
};

TEST_CASE("lines come at every tenth of the run") {
  Stage stage;
  {
    Progress progress(stage.options(ProgressStyle::lines, 200));
    for (int step = 1; step <= 200; ++step) {
      stage.now = step * 0.1;
      progress.update(step, {{"loss", 1.0 / step}});
    }
  }
  CHECK(stage.lines() == 11);
  CHECK(stage.text.find("painting: step 100 of 200 (50 %), 10 steps/s, 10 s left  loss 0.01\n") !=
        std::string::npos);
  CHECK(stage.text.find("step 200 of 200 (100 %)") != std::string::npos);
}

TEST_CASE("the rate forgets what was long ago") {
  Stage stage;
  Progress progress(stage.options(ProgressStyle::lines, 10000));
  double now = 0;
  for (int step = 1; step <= 1000; ++step) {
    stage.now = now += step <= 500 ? 0.1 : 1.0;
    progress.update(step);
  }
  progress.finish();
  CHECK(stage.text.find("step 1000 of 10000 (10 %), 1.0 steps/s") != std::string::npos);
}

TEST_CASE("a bar is redrawn at most ten times a second and ends with a full one") {
  Stage stage;
  {
    Progress progress(stage.options(ProgressStyle::bar, 100));
    for (int step = 1; step <= 100; ++step) {
      stage.now = step * 0.01;
      progress.update(step);
    }
  }
  const auto redraws = std::count(stage.text.begin(), stage.text.end(), '\r');
  CHECK(redraws <= 12);
  CHECK(stage.text.find("100/100") != std::string::npos);
  CHECK(stage.text.ends_with("\n"));
}

TEST_CASE("events are one JSON object a line") {
  Stage stage;
  Progress progress(stage.options(ProgressStyle::events, 4));
  stage.now = 2;
  progress.update(1, {{"loss", 0.5}});
  progress.note("half \"way\"");
  const std::string first = stage.text.substr(0, stage.text.find('\n'));
  const auto event = nlohmann::json::parse(first);
  CHECK(event.at("event") == "progress");
  CHECK(event.at("step") == 1);
  CHECK(event.at("total") == 4);
  CHECK(event.at("seconds_left") == 6.0);
  CHECK(event.at("values").at("loss") == 0.5);
  const auto note = nlohmann::json::parse(stage.text.substr(first.size() + 1));
  CHECK(note.at("text") == "half \"way\"");
}

TEST_CASE("silence writes nothing") {
  Stage stage;
  Progress progress(stage.options(ProgressStyle::silent, 4));
  progress.update(1);
  progress.note("x");
  progress.finish();
  CHECK(stage.text.empty());
}

TEST_CASE("a run bounded by time tells what it is told") {
  Stage stage;
  Progress progress(stage.options(ProgressStyle::lines, 0));
  stage.now = 60;
  progress.update(30, {}, 0.25, 180);
  CHECK(stage.text == "painting: step 30 (25 %), 2.0 s/step, 3 min 00 s left\n");
}

TEST_CASE("a run that resumes does not count the steps before") {
  Stage stage;
  Progress progress(stage.options(ProgressStyle::lines, 200));
  progress.begin_at(100);
  stage.now = 10;
  progress.update(110);
  CHECK(stage.text.find("1.0 steps/s, 1 min 30 s left") != std::string::npos);
}

TEST_CASE("durations are written in their two largest units") {
  CHECK(written_duration(-3) == "0 s");
  CHECK(written_duration(59.4) == "59 s");
  CHECK(written_duration(185) == "3 min 05 s");
  CHECK(written_duration(7810) == "2 h 10 min");
}

}  // namespace
}  // namespace pincel::progress_test
