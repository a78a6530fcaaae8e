// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/options.h"
#include "core/picture_files.h"
#include "guidance/picture_stream.h"

namespace pincel {

class Clip;

// How a command reads many pictures.
struct ReadingOptions {
  std::int64_t batch = 32;
  std::int64_t readers = 0;
  bool quiet = false;

  template <class V>
  void fields(V&& visit) {
    visit("batch", batch, "pictures that the model sees at once", Range{1, 4096});
    visit("readers", readers, "threads that read pictures; 0: one for each core, 8 at most",
          Range{0, 256});
    visit("quiet", quiet, "no progress");
  }
};

// A run of pictures as a CLIP sees them.
struct EmbeddedPictures {
  std::vector<std::size_t> places;  // of the rows in the list of paths
  at::Tensor rows;                  // [B, D], unit, on the CLIP's device; undefined where B is 0
  std::vector<PictureBatch::Unread> unread;
};

// How many pictures were embedded and how many could not be read.
struct EmbeddedCount {
  std::size_t embedded = 0;
  std::size_t unread = 0;
};

// Embeds the files in their order, telling of progress and of each that cannot be read. Error
// (interrupted, terminated) after the batch in which a signal comes.
EmbeddedCount embed_pictures(const Clip& clip, const std::vector<std::filesystem::path>& paths,
                             const ReadingOptions& options,
                             const std::function<void(const EmbeddedPictures&)>& use);

// The pictures that a command's words name: files, and those in folders. What cannot be read there
// is told of. Error (missing input) where there is no picture at all.
PictureFiles found_pictures(const std::vector<std::string>& words);

}  // namespace pincel
