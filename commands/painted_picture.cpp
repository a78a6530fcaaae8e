// SPDX-License-Identifier: MIT
#include "commands/painted_picture.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "commands/output.h"
#include "commands/paint_resume.h"
#include "core/atomic_file.h"
#include "core/checkpoint_pair.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/json_text.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

PaintedPicture::PaintedPicture(const PaintRequest& request, bool is_silent, bool takes_up)
    : request_(request),
      is_silent_(is_silent),
      folder_(place_of_request(request).folder, name_of(request.picture.guidance)),
      output_(request.run.out, folder_.path(), place_of_request(request).picture,
              request.picture.guidance.prompts),
      previews_(folder_.preview()) {
  remove_stale_temporaries(picture().parent_path().empty() ? "." : picture().parent_path(),
                           picture().filename().string());
  std::error_code ignored;
  if (!std::filesystem::exists(picture(), ignored)) return;
  const bool is_ours =
      CheckpointPair(folder()).exists() || (takes_up && is_picture_of(picture(), request_));
  require(is_ours, ExitCode::cannot_create,
          "{} is there already; choose another --output, or move it away", picture().string());
}

void PaintedPicture::event(const Json& json) {
  folder_.log(json_text(json));
  if (request_.run.json && !is_silent_) print(json_text(json) + "\n");
}

void PaintedPicture::say(const std::string& text) {
  if (is_silent_) return;
  if (request_.run.json) {
    print(json_text(Json{{"event", "note"}, {"text", text}}) + "\n");
  } else if (!request_.run.quiet) {
    tell(text);
  }
}

void PaintedPicture::begin(std::int64_t steps_done, std::int64_t total) {
  const PaintOptions& asked = request_.picture;
  folder_.keep_log(steps_done);
  write_file_atomically(folder_.config(), config_yaml(request_));
  event({{"event", steps_done == 0 ? "start" : "resume"},
         {"folder", folder().string()},
         {"prompt", asked.guidance.prompts},
         {"seed", asked.seed},
         {"size", {asked.width, asked.height}},
         {"steps", total},
         {"done", steps_done},
         {"device", request_.run.device},
         {"threads", request_.run.threads}});
  say(fmt::format("seed {}, {}x{}, {} steps, {}, in {}", asked.seed, asked.width, asked.height,
                  total, request_.run.device, folder().string()));
  if (steps_done > 0) say(fmt::format("going on after step {}", steps_done));
  const bool is_jpeg = format_of_name(picture()) == "jpeg";
  if (is_jpeg && asked.layers.matte.alpha) {
    say("a JPEG cannot be transparent: the picture is laid on white; png and webp keep its alpha");
  }
}

void PaintedPicture::step(std::int64_t step, const std::function<at::Tensor()>& draw) {
  output_.step(step, draw);
}

void PaintedPicture::take(const StepReport& report, double seconds) {
  Json line{{"step", report.step}, {"seconds", seconds}, {"loss", report.loss}};
  for (const auto& term : report.terms) line["terms"][term.name] = term.value;
  folder_.log(json_text(line));
}

void PaintedPicture::preview(const at::Tensor& picture, std::int64_t step) {
  previews_.write(picture, step);
  tell_of_previews();
}

void PaintedPicture::tell_of_previews() {
  if (const auto step = previews_.take_written()) {
    event({{"event", "preview"}, {"step", *step}, {"picture", folder_.preview().string()}});
  }
}

void PaintedPicture::finish_previews() {
  previews_.finish();
  tell_of_previews();
}

void PaintedPicture::end(const at::Tensor& picture, const std::string& svg, const End& end) {
  PaintRequest done = request_;
  if (end.steps < end.of) done.run.stop_after = end.steps;
  // Rounding depends on it: the picture says so, to be painted again to the last bit.
  if (end.views_at_once > 0) done.picture.guidance.cutouts.at_once = end.views_at_once;
  const PictureMetadata metadata{.prompt = done.picture.guidance.prompts,
                                 .config = config_json(done),
                                 .seed = done.picture.seed,
                                 .steps = end.steps,
                                 .ended = end.why,
                                 .width = done.picture.width,
                                 .height = done.picture.height,
                                 .threads = done.run.threads,
                                 .device = done.run.device,
                                 .dtype = done.picture.precision,
                                 .files = done.files};
  output_.write(picture, picture_texts(metadata), svg);
  write_image(folder_.preview(), picture);
  event({{"event", end.is_stopped ? "stopped" : "done"},
         {"steps", end.steps},
         {"seconds", end.seconds},
         {"seed", done.picture.seed},
         {"picture", this->picture().string()}});
  if (end.is_stopped) {
    say(fmt::format("stopped after step {} of {}; go on with --resume {}", end.steps, end.of,
                    folder().string()));
  }
  if (!is_silent_ && !request_.run.json) print(this->picture().string() + "\n");
  if (!end.is_stopped) output_.finish_video(picture);
  tell_of_files();
}

void PaintedPicture::tell_of_files() {
  for (const auto& path : output_.others()) {
    event({{"event", "file"}, {"path", path.string()}});
    if (!request_.run.json) say("also " + path.string());
  }
}

}  // namespace pincel
