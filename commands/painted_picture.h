// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "commands/paint_options.h"
#include "commands/picture_output.h"
#include "commands/preview_writer.h"
#include "commands/run_folder.h"
#include "generator/painter.h"

namespace pincel {

// One picture of a pass, in its folder: config.yaml, log.jsonl, preview.png, frames, the picture.
// What happens is written to its log and, unless it is silent, told as the request wishes.
class PaintedPicture {
 public:
  // Makes its folder. Error (cannot_create) where a picture is there already, unless it is one that
  // `takes_up` allows to be painted again.
  PaintedPicture(const PaintRequest& request, bool is_silent, bool takes_up);

  const PaintRequest& request() const { return request_; }
  // As it was begun, where it goes on.
  void follow(const PaintRequest& request) { request_ = request; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  const std::filesystem::path& picture() const { return output_.picture(); }

  // From the first step, or on from a later one.
  void begin(std::int64_t steps_done, std::int64_t total);
  void event(const nlohmann::ordered_json& json);
  void say(const std::string& text);  // a note for whoever watches
  void step(std::int64_t step, const std::function<at::Tensor()>& draw);
  void take(const StepReport& report, double seconds);
  void preview(const at::Tensor& picture, std::int64_t step);
  void tell_of_previews();
  void finish_previews();

  // How far it came.
  struct End {
    std::int64_t steps, of;
    double seconds;
    bool is_stopped;
    std::string why;             // it ended before all steps: "plateau"
    std::int64_t views_at_once;  // 0: all
  };
  void end(const at::Tensor& picture, const std::string& svg, const End& end);

 private:
  void tell_of_files();

  PaintRequest request_;
  bool is_silent_;
  RunFolder folder_;
  PictureOutput output_;
  PreviewWriter previews_;
};

}  // namespace pincel
