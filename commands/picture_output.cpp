// SPDX-License-Identifier: MIT
#include "commands/picture_output.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

PictureFormat format_of(const OutputOptions& options, const fs::path& picture) {
  const std::string named = format_of_name(picture);
  const bool is_open = options.format == "auto";
  require(is_open || named.empty() || named == options.format, ExitCode::bad_value,
          "--output {} is called as a {}, but --format asks for {}", picture.string(), named,
          options.format);
  const std::string format = !named.empty() ? named : is_open ? "png" : options.format;
  require(options.depth == 8 || options.depth == 16, ExitCode::bad_value,
          "--depth {}: expected 8 or 16 bits", options.depth);
  require(options.depth == 8 || format == "png", ExitCode::bad_value,
          "--depth {}: a {} has 8 bits; --format png can have 16", options.depth, format);
  return {.name = format, .depth = options.depth, .fidelity = options.fidelity};
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  require(!error, ExitCode::cannot_create, "{}: cannot make this folder: {}", path.string(),
          error.message());
}

}  // namespace

OutputPlace output_place(const std::string& wished) {
  const fs::path path(wished);
  std::error_code ignored;
  const bool is_picture = !format_of_name(path).empty() && !fs::is_directory(path, ignored);
  return is_picture ? OutputPlace{{}, path} : OutputPlace{path, {}};
}

fs::path picture_path(const OutputOptions& options, const OutputPlace& place) {
  if (!place.picture.empty()) return place.picture;
  return place.folder / ("picture" + suffix_of_format(format_of(options, place.picture).name));
}

PictureOutput::PictureOutput(OutputOptions options, const fs::path& folder, const fs::path& picture,
                             std::string prompt)
    : options_(std::move(options)),
      format_(format_of(options_, picture)),
      folder_(folder),
      picture_(picture_path(options_, {folder, picture})),
      prompt_(std::move(prompt)) {
  if (picture_.has_parent_path()) make_folder(picture_.parent_path());
  if (options_.video == "none") return;
  video_ = std::make_unique<Video>(VideoOptions{.path = folder_ / ("video." + options_.video),
                                                .kind = options_.video,
                                                .fps = options_.fps,
                                                .title = prompt_});
}

void PictureOutput::add_other(const fs::path& path) {
  if (std::find(others_.begin(), others_.end(), path) == others_.end()) others_.push_back(path);
}

void PictureOutput::step(std::int64_t step, const std::function<at::Tensor()>& draw) {
  const bool keeps = options_.frames > 0;
  if (!keeps && !video_) return;
  const std::int64_t every = keeps ? options_.frames : 1;
  if (step % every != 0) return;
  const at::Tensor image = draw();
  if (video_) video_->add(step, image);
  if (!keeps) return;
  const fs::path frames = folder_ / "frames";
  make_folder(frames);
  write_file_atomically(
      frames / (fmt::format("frame_{:06}", step) + suffix_of_format(format_.name)),
      encode_picture(image, format_));
  add_other(frames);
}

void PictureOutput::write(const at::Tensor& picture, const std::vector<PngText>& texts,
                          const std::string& svg) {
  write_file_atomically(picture_, encode_picture(picture, format_, texts));
  if (svg.empty()) return;
  const fs::path shapes = fs::path(picture_).replace_extension(".svg");
  write_file_atomically(shapes, svg);
  add_other(shapes);
}

void PictureOutput::finish_video(const at::Tensor& picture) {
  if (!video_) return;
  video_->finish(picture);
  add_other(video_->path());
}

}  // namespace pincel
