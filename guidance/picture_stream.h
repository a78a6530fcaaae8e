// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

struct ClipConfig;
struct Picture;

struct PictureStreamOptions {
  std::int64_t batch = 32;   // pictures handed out at once
  std::int64_t threads = 0;  // that read; 0: one for each core, 8 at most
  // Called on the reading threads, for each place once, in no order; may be left empty. `wanted`
  // sees a file's bytes and says whether it is to be decoded, `seen` the decoded picture.
  std::function<bool(std::size_t place, std::string_view bytes)> wanted = {};
  std::function<void(std::size_t place, const Picture& picture)> seen = {};
};

// A run of places of the list of paths: each is in `places`, in `unread` or in `unwanted`.
struct PictureBatch {
  struct Unread {
    std::size_t place = 0;
    std::string why;  // one line that names the file
  };
  std::vector<std::size_t> places;  // of the rows of `pixels`, ascending
  at::Tensor pixels;                // [B, 3, S, S] in [0, 1], on the CPU; undefined where B is 0
  std::vector<Unread> unread;
  std::vector<std::size_t> unwanted;
  std::size_t end = 0;  // the first place of the next batch
};

// Reads picture files on threads of its own, ahead of the model, and makes of each the square that
// a CLIP sees. Order is kept; what cannot be read is told of and stops nothing. Memory does not
// grow with the number of files.
class PictureStream {
 public:
  PictureStream(std::vector<std::filesystem::path> paths, const ClipConfig& config,
                const PictureStreamOptions& options = {});
  ~PictureStream();
  PictureStream(const PictureStream&) = delete;
  PictureStream& operator=(const PictureStream&) = delete;

  // Nothing after the last.
  std::optional<PictureBatch> next();
  const std::vector<std::filesystem::path>& paths() const;

 private:
  struct Readers;
  std::unique_ptr<Readers> readers_;
};

// The square of a picture that a CLIP sees: resized as Pillow does, the middle cut out or the whole
// squashed.
Picture fitted_square(const Picture& picture, const ClipConfig& config);

}  // namespace pincel
