// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/picture_files.h"
#include "guidance/picture_index.h"

namespace pincel {

class Clip;

struct IndexUpdateOptions {
  std::int64_t batch = 32;
  std::int64_t threads = 0;  // that read; 0: as PictureStream has it
  bool reads_all = false;    // also files whose size and time are as they were
  // Before the first batch and after each: files looked at, of how many; may be left empty.
  std::function<void(std::size_t done, std::size_t all)> tell = {};
  // Whether to stop after the batch in progress; may be left empty.
  std::function<bool()> stops = {};
};

// What became of every file that was found; the numbers add up to `files`.
struct IndexUpdate {
  std::size_t files = 0;
  std::size_t unchanged = 0;  // as recorded
  std::size_t added = 0;      // pictures that were new
  std::size_t moved = 0;      // known pictures under another name than before
  std::size_t copies = 0;     // known pictures in one more file
  std::size_t others = 0;     // no pictures
  std::vector<UnreadableFile> broken;
  std::size_t left = 0;     // not looked at, since it was stopped
  std::size_t dropped = 0;  // besides: recorded files that are gone
};

// Brings the index up to date with a folder and all below it (names that begin with a dot are left
// alone): pictures are embedded once each, told apart by their content; what is gone is dropped.
// Stopped or killed, it goes on next time where it was.
IndexUpdate update_index(PictureIndexWriter& index, const Clip& clip, const std::string& folder,
                         const IndexUpdateOptions& options = {});

// The same for one picture; what is gone is not asked.
IndexUpdate add_to_index(PictureIndexWriter& index, const Clip& clip, const std::string& picture);

}  // namespace pincel
