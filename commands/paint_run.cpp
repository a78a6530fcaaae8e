// SPDX-License-Identifier: MIT
#include "commands/paint_run.h"

#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands/paint_guard.h"
#include "commands/paint_resume.h"
#include "commands/painted_picture.h"
#include "commands/signals.h"
#include "core/checkpoint_pair.h"
#include "core/checkpoint_parts.h"
#include "core/progress.h"
#include "prompts/advice.h"

namespace pincel {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_after(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

ProgressStyle style_of(const RunOptions& run, bool is_silent) {
  if (is_silent) return ProgressStyle::silent;
  if (run.json) return ProgressStyle::events;
  return run.quiet ? ProgressStyle::silent : ProgressStyle::automatic;
}

std::vector<PictureOrder> orders_of(const std::vector<PaintRequest>& requests) {
  std::vector<PictureOrder> orders;
  for (const auto& request : requests) {
    orders.push_back({request.picture.guidance.prompts, request.picture.seed});
  }
  return orders;
}

// One pass from its folders to its last line.
class PaintRun {
 public:
  PaintRun(std::vector<PaintRequest> requests, const PaintHooks& hooks, PaintGuard& guard)
      : start_(Clock::now()),
        requests_(std::move(requests)),
        hooks_(hooks),
        guard_(guard),
        own_models_(hooks.models == nullptr ? load_models() : PainterModels{}),
        pictures_(make_pictures()),
        checkpoints_(pictures_[0]->folder()),
        painter_(make_painter()),
        total_(run().stop_after > 0 ? std::min(run().stop_after, painter_->steps())
                                    : painter_->steps()),
        progress_({.label = "painting",
                   .total = total_,
                   .style = style_of(run(), hooks.is_silent),
                   .write = {},
                   .clock = {}}) {}

  PaintResult paint(const Signals& signals) {
    begin();
    try {
      while (goes_on(signals) || !is_settled()) step();
    } catch (const Error& error) {
      if (error.code() == ExitCode::io) keep_what_can_be_kept();
      throw;
    }
    progress_.finish();
    for (const auto& picture : pictures_) picture->finish_previews();
    const bool is_stopped = signals.caught() != 0 && !is_done();
    if (is_stopped) save();
    end(is_stopped, signals.exit_code());
    if (!is_stopped) checkpoints_.remove();
    return {.code = is_stopped ? signals.exit_code() : ExitCode::ok,
            .steps = steps_done(),
            .seconds = seconds(),
            .pictures = is_stopped ? std::vector<std::filesystem::path>{} : paths(),
            .losses = losses_};
  }

 private:
  const RunOptions& run() const { return requests_[0].run; }
  PainterModels load_models() const {
    return load_painter_models(requests_[0].picture, at::Device(run().device));
  }
  const PainterModels& models() const {
    return hooks_.models != nullptr ? *hooks_.models : own_models_;
  }
  std::int64_t steps_done() const { return painter_->steps_done(); }
  bool is_done() const { return steps_done() >= total_ || painter_->done(); }
  bool goes_on(const Signals& signals) const { return !is_done() && signals.caught() == 0; }
  double seconds() const { return seconds_before_ + seconds_after(start_); }

  std::vector<std::unique_ptr<PaintedPicture>> make_pictures() {
    std::vector<std::unique_ptr<PaintedPicture>> pictures;
    for (const PaintRequest& request : requests_) {
      pictures.push_back(
          std::make_unique<PaintedPicture>(request, hooks_.is_silent, hooks_.takes_up));
    }
    return pictures;
  }

  // At the beginning, or where a checkpoint in the first folder says.
  std::unique_ptr<Painter> make_painter() {
    const auto found = checkpoints_.newest();
    if (found) {
      if (!found->note.empty()) pictures_[0]->say(found->note);
      take_requests(found->checkpoint, requests_);
      seconds_before_ = number_in(found->checkpoint, "painting.seconds");
      for (std::size_t i = 0; i < requests_.size(); ++i) pictures_[i]->follow(requests_[i]);
    }
    at::set_num_threads(static_cast<int>(run().threads));
    return std::make_unique<Painter>(requests_[0].picture, orders_of(requests_), models(),
                                     found ? &found->checkpoint : nullptr);
  }

  std::vector<std::filesystem::path> paths() const {
    std::vector<std::filesystem::path> paths;
    for (const auto& picture : pictures_) paths.push_back(picture->picture());
    return paths;
  }

  void event(const nlohmann::ordered_json& json) {
    for (const auto& picture : pictures_) picture->event(json);
  }
  void say(const std::string& text) { pictures_[0]->say(text); }

  void begin() {
    for (const auto& picture : pictures_) picture->begin(steps_done(), total_);
    if (steps_done() > 0) progress_.begin_at(steps_done());
    // How the guide reads what is asked, and what is odd about it.
    const GuidanceOptions& asked = requests_[0].picture.guidance;
    if (!hooks_.is_silent) {
      for (const std::string& note :
           prompt_advice(asked.prompts, asked.other_prompts, *models().guides[0].clip)) {
        say(note);
      }
    }
    tell_of_memory();
    saved_at_ = Clock::now();
  }

  void step() {
    // Before the first step: the start, which already is a picture of the prompt.
    const auto every = run().preview_every;
    if (every > 0 && steps_done() % every == 0) preview();
    if (steps_done() == 0) {  // somebody waits for the first one
      for (const auto& picture : pictures_) picture->finish_previews();
    }
    painter_->step();
    draw_frames();
    tell_of_memory();
    for (const auto& picture : pictures_) picture->tell_of_previews();
    take(painter_->take_finished_reports());
    tell_of_plateau();
    if (hooks_.on_step) hooks_.on_step(steps_done(), total_);
    if (seconds_after(saved_at_) >= run().checkpoint_every && !is_done()) save();
  }

  at::Tensor picture_of(const at::Tensor& all, std::size_t i) const {
    const auto at = static_cast<std::int64_t>(i);
    return all.slice(0, at, at + 1);
  }

  void preview() {
    const at::Tensor all = painter_->pictures();
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      pictures_[i]->preview(picture_of(all, i), steps_done());
    }
  }

  void draw_frames() {
    at::Tensor all;  // drawn where one wants it
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      pictures_[i]->step(steps_done(), [&] {
        if (!all.defined()) all = painter_->pictures();
        return picture_of(all, i);
      });
    }
  }

  void take(const std::vector<StepReport>& reports) {
    for (const StepReport& report : reports) {
      const auto i = static_cast<std::size_t>(report.picture);
      pictures_[i]->take(report, seconds());
      losses_.resize(pictures_.size());
      losses_[i] = report.loss;
      if (i == 0) progress_.update(report.step, {{"loss", report.loss}});
    }
    for (const std::string& text : painter_->take_returns()) {
      event({{"event", "back"}, {"step", steps_done()}, {"text", text}});
      say(text);
    }
  }
  void take_all() { take(painter_->take_reports()); }

  // Whether the last numbers are good ones; else it has gone back and is not done.
  bool is_settled() {
    if (steps_done() == 0) return true;
    take_all();
    const bool is_good = painter_->settle();
    take({});
    return is_good;
  }

  void save() {
    if (steps_done() == 0) return;
    take_all();
    if (!painter_->settle()) {  // it went back: the state before is on the disk
      take({});
      return;
    }
    Checkpoint state = painter_->state();
    put_requests(state, requests_, pictures_[0]->picture());
    put_number(state, "painting.seconds", seconds());
    checkpoints_.save(std::move(state));
    saved_at_ = Clock::now();
  }

  // Where a file cannot be written, all may be gone on with once that is mended.
  void keep_what_can_be_kept() {
    try {
      save();
    } catch (const Error&) {  // the checkpoint before is still there
    }
  }

  // The plan of the first stage is told where it was asked for or is not the plain one.
  void tell_of_memory() {
    if (const auto note = painter_->take_graph_note(); !note.empty()) say(note);
    for (const MemoryNote& note : painter_->take_notes()) {
      event({{"event", "memory"},
             {"cutouts", note.plan.views},
             {"at_once", note.plan.at_once},
             {"redraws", note.plan.redraws},
             {"bytes", note.plan.bytes},
             {"allowed", note.plan.allowed},
             {"text", note.text}});
      const bool is_worth_it = !run().memory.empty() || !note.plan.is_whole();
      if (is_worth_it && !run().json) say("memory: " + note.text);
    }
  }

  void tell_of_plateau() {
    const PlateauState& now = painter_->plateau();
    const bool is_news = now.drops > drops_ || now.is_over;
    drops_ = now.drops;
    if (!is_news) return;
    event({{"event", "plateau"},
           {"step", steps_done()},
           {"factor", now.factor},
           {"over", now.is_over}});
    const char* what = now.is_over ? "painting ends" : "the rate falls";
    if (!run().json) {
      say(fmt::format("step {}: the loss stands still; {}", steps_done(), what));
    }
  }

  // A picture that was stopped by hand is written as far as it came; one that is only put off is
  // not.
  void end(bool is_stopped, ExitCode code) {
    if (steps_done() == 0) {
      say("stopped before the first step: there is no picture yet");
      return;
    }
    if (is_stopped && (code == ExitCode::temporary || hooks_.is_silent)) {
      preview();
      for (const auto& picture : pictures_) picture->finish_previews();
      event({{"event", "stopped"}, {"steps", steps_done()}, {"seconds", seconds()}});
      say(fmt::format("stopped after step {} of {}; go on with --resume {}", steps_done(), total_,
                      pictures_[0]->folder().string()));
      return;
    }
    const MemoryPlan& plan = painter_->plan();
    const PaintedPicture::End how{.steps = steps_done(),
                                  .of = painter_->steps(),
                                  .seconds = seconds(),
                                  .is_stopped = is_stopped,
                                  .why = painter_->plateau().is_over ? "plateau" : "",
                                  .views_at_once = plan.at_once < plan.views ? plan.at_once : 0};
    const at::Tensor all = painter_->pictures();
    std::vector<std::filesystem::path> folders;
    for (const auto& picture : pictures_) folders.push_back(picture->folder());
    guard_.expect_allowed(all, folders);
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      pictures_[i]->end(picture_of(all, i), painter_->svg(static_cast<std::int64_t>(i)), how);
    }
  }

  Clock::time_point start_, saved_at_;
  double seconds_before_ = 0;  // of earlier processes
  std::vector<PaintRequest> requests_;
  const PaintHooks& hooks_;
  PaintGuard& guard_;
  PainterModels own_models_;
  std::vector<std::unique_ptr<PaintedPicture>> pictures_;
  CheckpointPair checkpoints_;
  std::unique_ptr<Painter> painter_;
  std::int64_t total_;
  std::int64_t drops_ = 0;  // of the rate, that were told of
  std::vector<double> losses_;
  Progress progress_;
};

// Those of an earlier process that was ended after the last of them was written.
std::vector<std::filesystem::path> pictures_there(const std::vector<PaintRequest>& requests) {
  std::vector<std::filesystem::path> found;
  for (const PaintRequest& request : requests) {
    const OutputPlace place = place_of_request(request);
    if (place.folder.empty() || CheckpointPair(place.folder).exists()) return {};
    const std::filesystem::path picture = picture_path(request.run.out, place);
    if (!is_picture_of(picture, request)) return {};
    found.push_back(picture);
  }
  return found;
}

}  // namespace

PaintResult paint_pictures(const std::vector<PaintRequest>& requests, const PaintHooks& hooks) {
  require(!requests.empty(), ExitCode::internal, "no picture to paint");
  PaintGuard guard(requests);
  if (hooks.takes_up) {
    auto found = pictures_there(requests);
    if (!found.empty()) {
      PaintResult before;
      before.steps = requests[0].picture.steps;
      before.pictures = std::move(found);
      guard.index(before.pictures);
      return before;
    }
  }
  const Signals signals;
  try {
    PaintResult result = PaintRun(requests, hooks, guard).paint(signals);
    guard.index(result.pictures);
    return result;
  } catch (const Error& error) {
    if (error.code() == ExitCode::policy) guard.forget();
    throw;
  }
}

ExitCode paint_picture(const PaintRequest& request) { return paint_pictures({request}).code; }

}  // namespace pincel
