// SPDX-License-Identifier: MIT
#include "guidance/picture_stream.h"

#include <torch/torch.h>

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/ordered_work.h"
#include "core/picture.h"
#include "core/picture_files.h"
#include "core/resample.h"
#include "guidance/clip_config.h"

namespace pincel {
namespace {

constexpr std::int64_t kMostReaders = 8;
// Places without a picture that end a batch early, in batches: a caller may want to tell of them.
constexpr std::size_t kLongestRun = 8;

int reader_count(std::int64_t asked) {
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  return static_cast<int>(asked > 0 ? asked : std::min(cores, kMostReaders));
}

// What a reading thread makes of one file.
struct ReadSquare {
  std::vector<float> planes;  // [3, S, S] in [0, 1]
  std::string why;
  bool is_wanted = true;
};

// As from_picture() does, but on the reading thread.
std::vector<float> planes_of(const Picture& square) {
  const std::size_t area = square.rgb.size() / 3;
  std::vector<float> planes(square.rgb.size());
  for (std::size_t channel = 0; channel < 3; ++channel) {
    float* to = planes.data() + channel * area;
    const std::uint8_t* from = square.rgb.data() + channel;
    for (std::size_t i = 0; i < area; ++i) to[i] = static_cast<float>(from[3 * i]) / 255.0F;
  }
  return planes;
}

at::Tensor stacked(const std::vector<ReadSquare>& squares, std::int64_t side) {
  const at::Tensor pixels =
      torch::empty({static_cast<std::int64_t>(squares.size()), 3, side, side}, torch::kFloat);
  auto* to = pixels.mutable_data_ptr<float>();
  for (const ReadSquare& one : squares) {
    to = std::copy(one.planes.begin(), one.planes.end(), to);
  }
  return pixels;
}

}  // namespace

struct PictureStream::Readers {
  std::vector<std::filesystem::path> paths;
  ClipConfig config;
  PictureStreamOptions options;
  std::size_t place = 0;  // of the next
  std::unique_ptr<OrderedWork<ReadSquare>> work;

  ReadSquare read(std::size_t number) const {
    const std::filesystem::path& path = paths[number];
    ReadSquare made;
    try {
      const std::string bytes = read_picture_file(path);
      made.is_wanted = !options.wanted || options.wanted(number, bytes);
      if (!made.is_wanted) return made;
      const Picture picture = decode_picture_bytes(bytes, path.string());
      if (options.seen) options.seen(number, picture);
      made.planes = planes_of(fitted_square(picture, config));
    } catch (const Error& error) {
      made.why = error.what();
    } catch (const std::bad_alloc&) {
      made.why = path.string() + ": no memory to decode it";
    }
    return made;
  }
};

PictureStream::PictureStream(std::vector<std::filesystem::path> paths, const ClipConfig& config,
                             const PictureStreamOptions& options)
    : readers_(std::make_unique<Readers>()) {
  require(options.batch >= 1 && options.threads >= 0, ExitCode::bad_value,
          "batches of {} pictures on {} threads, expected 1 or more", options.batch,
          options.threads);
  readers_->paths = std::move(paths);
  readers_->config = config;
  readers_->options = options;
  const OrderedWorkPlan plan{.count = readers_->paths.size(),
                             .ahead = static_cast<std::size_t>(options.batch) * 2,
                             .threads = reader_count(options.threads)};
  readers_->work = std::make_unique<OrderedWork<ReadSquare>>(
      [readers = readers_.get()](std::size_t number) { return readers->read(number); }, plan);
}

PictureStream::~PictureStream() { readers_->work.reset(); }

const std::vector<std::filesystem::path>& PictureStream::paths() const { return readers_->paths; }

std::optional<PictureBatch> PictureStream::next() {
  const auto most = static_cast<std::size_t>(readers_->options.batch);
  const std::size_t first = readers_->place;
  if (first == readers_->paths.size()) return std::nullopt;
  PictureBatch batch;
  std::vector<ReadSquare> squares;
  while (squares.size() < most && readers_->place - first < kLongestRun * most) {
    std::optional<ReadSquare> one = readers_->work->next();
    if (!one) break;
    const std::size_t place = readers_->place++;
    if (!one->why.empty()) {
      batch.unread.push_back({place, std::move(one->why)});
    } else if (!one->is_wanted) {
      batch.unwanted.push_back(place);
    } else {
      batch.places.push_back(place);
      squares.push_back(std::move(*one));
    }
  }
  batch.end = readers_->place;
  if (!squares.empty()) batch.pixels = stacked(squares, readers_->config.image_size);
  return batch;
}

Picture fitted_square(const Picture& picture, const ClipConfig& config) {
  const int side = static_cast<int>(config.image_size);
  return config.fit == Fit::squash ? resized(picture, side, side, config.filter)
                                   : centre_square(picture, side, config.filter);
}

}  // namespace pincel
