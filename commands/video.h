// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/picture.h"

namespace pincel {

struct VideoOptions {
  std::filesystem::path path;
  std::string kind;  // "mp4", "webm" or "gif"
  double fps = 15;
  std::string title = {};  // told in the file's metadata, where the kind has any
};

// A video of pictures of one size, made by the program ffmpeg. They wait beside it in a folder
// `.<name>.frames`, so that a run which was interrupted can go on with them; at the end they go to
// ffmpeg through a pipe, the folder goes, and a file appears at `path` when it is whole.
class Video {
 public:
  explicit Video(VideoOptions options);  // Error (missing input) where there is no ffmpeg
  ~Video();
  Video(const Video&) = delete;
  Video& operator=(const Video&) = delete;

  // [1, 3, H, W] in [0, 1], as it is after this step; again, it takes the earlier one's place.
  void add(std::int64_t step, const at::Tensor& image);
  // All steps in order, then the last picture, held for a second; waits for ffmpeg. Error (io) with
  // what it said.
  void finish(const at::Tensor& last);

  const std::filesystem::path& path() const { return options_.path; }

 private:
  void start(std::int64_t width, std::int64_t height);
  void send(const Picture& picture);
  std::filesystem::path frames() const;
  int wait();
  std::filesystem::path beside(const char* suffix) const;

  VideoOptions options_;
  std::string program_;
  int pipe_ = -1;
  int child_ = -1;
  bool is_broken_ = false;  // ffmpeg takes no more
};

// The arguments after `ffmpeg` for pictures of width x height that come as raw RGB.
std::vector<std::string> ffmpeg_arguments(const VideoOptions& options, std::int64_t width,
                                          std::int64_t height, const std::string& output);

}  // namespace pincel
