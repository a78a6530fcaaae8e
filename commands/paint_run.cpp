// SPDX-License-Identifier: MIT
#include "commands/paint_run.h"

#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/output.h"
#include "commands/picture_output.h"
#include "commands/preview_writer.h"
#include "commands/run_folder.h"
#include "commands/signals.h"
#include "core/atomic_file.h"
#include "core/image_file.h"
#include "core/json_text.h"
#include "core/progress.h"
#include "prompts/advice.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

ProgressStyle style_of(const RunOptions& run) {
  if (run.json) return ProgressStyle::events;
  return run.quiet ? ProgressStyle::silent : ProgressStyle::automatic;
}

// What is asked in words, for the folder's name.
std::string name_of(const GuidanceOptions& asked) {
  const PromptOptions& others = asked.other_prompts;
  if (!asked.prompts.empty()) return asked.prompts;
  for (const auto* texts : {&others.labels, &others.regions}) {
    if (!texts->empty()) return texts->front();
  }
  return others.images.empty()
             ? ""
             : std::filesystem::path(parse_prompt(others.images.front()).text).stem().string();
}

// One run from its folder to its last line.
class PaintRun {
 public:
  PaintRun(const PaintRequest& request, Clock::time_point start)
      : request_(request),
        start_(start),
        models_(load_painter_models(request.picture, at::Device(request.run.device))),
        folder_(output_place(request.run.output).folder, name_of(request.picture.guidance)),
        output_(request.run.out, folder_.path(), output_place(request.run.output).picture,
                request.picture.guidance.prompts),
        previews_(folder_.preview()),
        painter_(request.picture, models_),
        total_(request.run.stop_after > 0 ? std::min(request.run.stop_after, painter_.steps())
                                          : painter_.steps()),
        progress_({.label = "painting",
                   .total = total_,
                   .style = style_of(request.run),
                   .write = {},
                   .clock = {}}) {}

  ExitCode paint(const Signals& signals) {
    begin();
    std::int64_t step = 0;
    while (step < total_ && !painter_.done() && signals.caught() == 0) {
      // Before the first step: the start, which already is a picture of the prompt.
      const auto every = request_.run.preview_every;
      if (every > 0 && step % every == 0) preview(step);
      if (step == 0) {  // somebody waits for the first one
        previews_.finish();
        tell_of_previews();
      }
      painter_.step();
      ++step;
      output_.step(step, [&] { return painter_.pictures(); });
      tell_of_memory();
      tell_of_previews();
      for (const StepReport& report : painter_.take_finished_reports()) take(report);
      tell_of_plateau(step);
    }
    for (const StepReport& report : painter_.take_reports()) take(report);
    progress_.finish();
    previews_.finish();
    tell_of_previews();
    const bool is_stopped = signals.caught() != 0 && step < total_ && !painter_.done();
    end(step, is_stopped);
    if (!is_stopped) return ExitCode::ok;
    return signals.caught() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
  }

 private:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  // A JSON line to the log, and to standard output where events are wished.
  void event(const Json& json) {
    folder_.log(json_text(json));
    if (request_.run.json) print(json_text(json) + "\n");
  }
  void say(const std::string& text) {
    if (request_.run.json) {
      print(json_text(Json{{"event", "note"}, {"text", text}}) + "\n");
    } else if (!request_.run.quiet) {
      tell(text);
    }
  }

  void begin() {
    write_file_atomically(folder_.config(), config_yaml(request_));
    event({{"event", "start"},
           {"folder", folder_.path().string()},
           {"prompt", request_.picture.guidance.prompts},
           {"seed", request_.picture.seed},
           {"size", {request_.picture.width, request_.picture.height}},
           {"steps", total_},
           {"device", request_.run.device},
           {"threads", request_.run.threads}});
    say(fmt::format("seed {}, {}x{}, {} steps, {}, in {}", request_.picture.seed,
                    request_.picture.width, request_.picture.height, total_, request_.run.device,
                    folder_.path().string()));
    const bool is_jpeg = format_of_name(output_.picture()) == "jpeg";
    if (is_jpeg && request_.picture.layers.matte.alpha) {
      say("a JPEG cannot be transparent: the picture is laid on white; png and webp keep its "
          "alpha");
    }
    advise();
    tell_of_memory();
  }

  // The plan of the first stage is told where it was asked for or is not the plain one.
  void tell_of_memory() {
    if (const auto note = painter_.take_graph_note(); !note.empty()) say(note);
    for (const MemoryNote& note : painter_.take_notes()) {
      event({{"event", "memory"},
             {"cutouts", note.plan.views},
             {"at_once", note.plan.at_once},
             {"redraws", note.plan.redraws},
             {"bytes", note.plan.bytes},
             {"allowed", note.plan.allowed},
             {"text", note.text}});
      const bool is_worth_it = !request_.run.memory.empty() || !note.plan.is_whole();
      if (is_worth_it && !request_.run.json) say("memory: " + note.text);
    }
  }

  void tell_of_plateau(std::int64_t step) {
    const PlateauState& now = painter_.plateau();
    const bool is_news = now.drops > drops_ || now.is_over;
    drops_ = now.drops;
    if (!is_news) return;
    event({{"event", "plateau"}, {"step", step}, {"factor", now.factor}, {"over", now.is_over}});
    const char* what = now.is_over ? "painting ends" : "the rate falls";
    if (!request_.run.json) {
      say(fmt::format("step {}: the loss stands still; {}", step, what));
    }
  }

  // How the guide reads what is asked, and what is odd about it.
  void advise() {
    const GuidanceOptions& asked = request_.picture.guidance;
    for (const std::string& note :
         prompt_advice(asked.prompts, asked.other_prompts, *models_.guides[0].clip)) {
      say(note);
    }
  }

  void take(const StepReport& report) {
    require(std::isfinite(report.loss), ExitCode::bad_data,
            "step {}: the loss is not a number; a smaller --rate may help", report.step);
    Json line{{"step", report.step}, {"seconds", seconds()}, {"loss", report.loss}};
    for (const auto& term : report.terms) line["terms"][term.name] = term.value;
    folder_.log(json_text(line));
    progress_.update(report.step, {{"loss", report.loss}});
  }

  void preview(std::int64_t step) {
    previews_.write(painter_.pictures(), step);
    tell_of_previews();
  }

  void tell_of_previews() {
    if (const auto step = previews_.take_written()) {
      event({{"event", "preview"}, {"step", *step}, {"picture", folder_.preview().string()}});
    }
  }

  void end(std::int64_t step, bool is_stopped) {
    if (step == 0) {
      say("stopped before the first step: there is no picture yet");
      return;
    }
    PaintRequest done = request_;
    if (step < painter_.steps()) done.run.stop_after = step;
    // Rounding depends on it: the picture says so, to be painted again to the last bit.
    const MemoryPlan& plan = painter_.plan();
    if (plan.at_once < plan.views) done.picture.guidance.cutouts.at_once = plan.at_once;
    PictureMetadata metadata{.prompt = done.picture.guidance.prompts,
                             .config = config_json(done),
                             .seed = done.picture.seed,
                             .steps = step,
                             .ended = painter_.plateau().is_over ? "plateau" : "",
                             .width = done.picture.width,
                             .height = done.picture.height,
                             .threads = done.run.threads,
                             .device = done.run.device,
                             .dtype = done.picture.precision,
                             .files = done.files};
    const at::Tensor picture = painter_.pictures();
    output_.write(picture, picture_texts(metadata), painter_.svg());
    write_image(folder_.preview(), picture);
    event({{"event", is_stopped ? "stopped" : "done"},
           {"steps", step},
           {"seconds", seconds()},
           {"seed", done.picture.seed},
           {"picture", output_.picture().string()}});
    if (is_stopped) say(fmt::format("stopped after step {} of {}", step, total_));
    if (!request_.run.json) print(output_.picture().string() + "\n");
    output_.finish_video(picture);
    for (const auto& path : output_.others()) {
      event({{"event", "file"}, {"path", path.string()}});
      if (!request_.run.json) say("also " + path.string());
    }
  }

  const PaintRequest& request_;
  Clock::time_point start_;
  PainterModels models_;
  RunFolder folder_;
  PictureOutput output_;
  PreviewWriter previews_;
  Painter painter_;
  std::int64_t total_;
  std::int64_t drops_ = 0;  // of the rate, that were told of
  Progress progress_;
};

}  // namespace

ExitCode paint_picture(const PaintRequest& request) {
  const Signals signals;
  const auto start = Clock::now();
  at::set_num_threads(static_cast<int>(request.run.threads));
  return PaintRun(request, start).paint(signals);
}

}  // namespace pincel
