// SPDX-License-Identifier: MIT
#include "guidance/picture_source.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "core/image_file.h"
#include "core/random.h"

namespace pincel {
namespace {

constexpr const char* kPositionKey = "training.position";

// Training never sees the held-out half of the seeds.
std::uint64_t training_seed(std::int64_t seed) {
  return mix_seed(static_cast<std::uint64_t>(seed), "scenes") & ~kHeldOut;
}

}  // namespace

PictureSource::PictureSource(const TrainingOptions& options, std::int64_t size, double bare_names)
    : seed_(training_seed(options.seed)), size_(size), bare_names_(bare_names) {
  if (options.data.empty()) {
    world_ = std::make_unique<World>();
    return;
  }
  source_ = std::make_unique<CaptionedFolder>(
      options.data, FolderOptions{.seed = seed_, .size = static_cast<int>(size), .threads = 1});
}

PictureSource::~PictureSource() = default;

CaptionedPictures PictureSource::next(std::int64_t count) {
  if (!source_) return draw(count);
  auto batch = source_->next(static_cast<int>(count));
  return {pixels_to_images(batch.pixels, batch.size), std::move(batch.captions), {}};
}

CaptionedPictures PictureSource::draw(std::int64_t count) {
  CaptionedPictures batch{torch::empty({count, 3, size_, size_}),
                          std::vector<std::string>(static_cast<std::size_t>(count)),
                          std::vector<std::vector<int>>(static_cast<std::size_t>(count))};
  at::parallel_for(0, count, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto seed = SceneStream::scene_seed(seed_, position_ + static_cast<std::uint64_t>(i));
      const auto scene = world_->draw(seed, {.size = static_cast<int>(size_)});
      const bool is_bare =
          scene.things.size() == 1 && scene.style.empty() &&
          static_cast<double>(mix_seed(seed, "bare") >> 11U) * 0x1p-53 < bare_names_;
      batch.captions[static_cast<std::size_t>(i)] =
          is_bare ? world_->name(scene.things[0], scene.language) : scene.caption;
      batch.things[static_cast<std::size_t>(i)] = scene.things;
      batch.images[i].copy_(from_picture(scene.picture)[0]);
    }
  });
  position_ += static_cast<std::uint64_t>(count);
  return batch;
}

void PictureSource::note_position(Checkpoint& checkpoint) const {
  checkpoint.metadata[kPositionKey] = std::to_string(source_ ? source_->position() : position_);
}

void PictureSource::seek(const Checkpoint& checkpoint) {
  const auto found = checkpoint.metadata.find(kPositionKey);
  require(found != checkpoint.metadata.end(), ExitCode::bad_data,
          "{}: does not say how far its pictures were; it is no training checkpoint",
          checkpoint.source);
  position_ = std::stoull(found->second);
  if (source_) source_->seek(position_);
}

at::Tensor pixels_to_images(const std::vector<std::uint8_t>& pixels, std::int64_t side) {
  const auto count = static_cast<std::int64_t>(pixels.size()) / (3 * side * side);
  return torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {count, 3, side, side},
                          torch::kByte)
      .to(torch::kFloat)
      .div_(255.0F);
}

}  // namespace pincel
