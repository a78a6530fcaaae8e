// SPDX-License-Identifier: MIT
#include "guidance/picture_source.h"

#include <torch/torch.h>

#include "core/random.h"

namespace pincel {
namespace {

constexpr const char* kPositionKey = "training.position";

// Training never sees the held-out half of the seeds.
std::uint64_t training_seed(std::int64_t seed) {
  return mix_seed(static_cast<std::uint64_t>(seed), "scenes") & ~kHeldOut;
}

}  // namespace

PictureSource::PictureSource(const TrainingOptions& options, std::int64_t size) {
  const std::uint64_t seed = training_seed(options.seed);
  if (!options.data.empty()) {
    source_ = std::make_unique<CaptionedFolder>(
        options.data, FolderOptions{.seed = seed, .size = static_cast<int>(size), .threads = 1});
    return;
  }
  world_ = std::make_unique<World>();
  SceneRequest request;
  request.size = static_cast<int>(size);
  source_ = std::make_unique<SceneStream>(*world_, seed, request, 1);
}

PictureSource::~PictureSource() = default;

CaptionedPictures PictureSource::next(std::int64_t count) {
  auto batch = source_->next(static_cast<int>(count));
  return {pixels_to_images(batch.pixels, batch.size), std::move(batch.captions)};
}

void PictureSource::note_position(Checkpoint& checkpoint) const {
  checkpoint.metadata[kPositionKey] = std::to_string(source_->position());
}

void PictureSource::seek(const Checkpoint& checkpoint) {
  const auto found = checkpoint.metadata.find(kPositionKey);
  require(found != checkpoint.metadata.end(), ExitCode::bad_data,
          "{}: does not say how far its pictures were; it is no training checkpoint",
          checkpoint.source);
  source_->seek(std::stoull(found->second));
}

at::Tensor pixels_to_images(const std::vector<std::uint8_t>& pixels, std::int64_t side) {
  const auto count = static_cast<std::int64_t>(pixels.size()) / (3 * side * side);
  return torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {count, 3, side, side},
                          torch::kByte)
      .to(torch::kFloat)
      .div_(255.0F);
}

}  // namespace pincel
