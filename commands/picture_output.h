// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "commands/video.h"
#include "core/options.h"
#include "core/picture_write.h"

namespace pincel {

// What is written of a painting besides its preview.
struct OutputOptions {
  std::string format = "auto";
  std::int64_t depth = 8;
  std::int64_t fidelity = 92;
  std::int64_t frames = 0;
  std::string video = "none";
  double fps = 15;

  template <class V>
  void fields(V&& visit) {
    visit("format", format, "of the picture; auto: as --output is called, else png",
          OneOf{{"auto", "png", "jpeg", "webp"}});
    visit("depth", depth, "bits of a channel: 8, or 16 as png", Range{8, 16});
    visit("fidelity", fidelity, "of jpeg and webp; a webp of 100 is without loss", Range{1, 100});
    visit("frames", frames, "steps between two pictures that are kept under frames/; 0: none",
          Range{0, 1e6});
    visit("video", video, "of the run, by ffmpeg: each step, or those of --frames",
          OneOf{{"none", "mp4", "webm", "gif"}});
    visit("fps", fps, "pictures a second in the video", Range{1, 120});
  }
};

// The folder of a run and the name of its picture: `wished` may be either.
struct OutputPlace {
  std::filesystem::path folder;   // as RunFolder takes it; empty: one of its own
  std::filesystem::path picture;  // empty: picture.<format> in that folder
};
OutputPlace output_place(const std::string& wished);

// Where the picture goes.
std::filesystem::path picture_path(const OutputOptions& options, const OutputPlace& place);

// The picture of one run in its format, and the frames and the video on the way to it.
class PictureOutput {
 public:
  // Error where the format does not fit its name or lacks the depth, or where ffmpeg is missing.
  PictureOutput(OutputOptions options, const std::filesystem::path& folder,
                const std::filesystem::path& picture, std::string prompt);

  // After each step, from 1: draws a frame where one is due.
  void step(std::int64_t step, const std::function<at::Tensor()>& draw);

  // The picture with its texts, and the shapes it is made of beside it where there are any.
  void write(const at::Tensor& picture, const std::vector<PngText>& texts, const std::string& svg);
  // Ends the video, its last picture held for a second; Error (io) with what ffmpeg said.
  void finish_video(const at::Tensor& picture);

  const std::filesystem::path& picture() const { return picture_; }
  // What else was written: frames/, video, svg.
  const std::vector<std::filesystem::path>& others() const { return others_; }

 private:
  void add_other(const std::filesystem::path& path);

  OutputOptions options_;
  PictureFormat format_;
  std::filesystem::path folder_;
  std::filesystem::path picture_;
  std::string prompt_;
  std::unique_ptr<Video> video_;  // null where none is wished
  std::vector<std::filesystem::path> others_;
};

}  // namespace pincel
