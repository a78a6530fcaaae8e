// SPDX-License-Identifier: MIT
#include "commands/reading_options.h"

#include <torch/torch.h>

#include "commands/output.h"
#include "commands/signals.h"
#include "core/error.h"
#include "core/progress.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

// Below it there is nothing to wait for.
constexpr std::size_t kFewestForProgress = 64;

}  // namespace

EmbeddedCount embed_pictures(const Clip& clip, const std::vector<std::filesystem::path>& paths,
                             const ReadingOptions& options,
                             const std::function<void(const EmbeddedPictures&)>& use) {
  const torch::NoGradGuard no_grad;
  const Signals signals;
  const bool is_silent = options.quiet || paths.size() < kFewestForProgress;
  Progress progress({.label = "reading pictures",
                     .total = static_cast<std::int64_t>(paths.size()),
                     .style = is_silent ? ProgressStyle::silent : ProgressStyle::automatic,
                     .write = {},
                     .clock = {}});
  PictureStream stream(paths, clip.config(), {.batch = options.batch, .threads = options.readers});
  EmbeddedCount count;
  while (auto batch = stream.next()) {
    for (const PictureBatch::Unread& one : batch->unread) {
      if (is_silent) {
        tell(one.why);
      } else {
        progress.note("pincel: " + one.why);
      }
    }
    EmbeddedPictures embedded{std::move(batch->places), {}, std::move(batch->unread)};
    if (batch->pixels.defined()) embedded.rows = clip.images(batch->pixels.to(clip.device()));
    count.embedded += embedded.places.size();
    count.unread += embedded.unread.size();
    use(embedded);
    progress.update(static_cast<std::int64_t>(batch->end));
    require(signals.caught() == 0, signals.exit_code(), "stopped after {} of {} pictures",
            batch->end, paths.size());
  }
  progress.finish();
  return count;
}

PictureFiles found_pictures(const std::vector<std::string>& words) {
  PictureFiles found = list_pictures(words);
  for (const UnreadableFile& one : found.unreadable) tell(one.why);
  require(!found.pictures.empty(), ExitCode::missing_input,
          "{}: holds no pictures (.png, .jpg, .jpeg, .webp)", words.empty() ? "" : words.front());
  return found;
}

}  // namespace pincel
