// SPDX-License-Identifier: MIT
#include "generator/vqgan_training_source.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/random.h"

namespace pincel {
namespace {

std::string prefix_of(std::size_t zoom) { return "zoom" + std::to_string(zoom) + "."; }

}  // namespace

CropSource::CropSource(const TrainingOptions& options, std::int64_t size,
                       const std::vector<double>& zooms)
    : size_(size) {
  require(!zooms.empty(), ExitCode::bad_value, "zooms is empty, expected at least one number");
  for (std::size_t i = 0; i < zooms.size(); ++i) {
    sides_.push_back(std::lround(static_cast<double>(size) * zooms[i]));
    TrainingOptions own = options;
    own.seed = static_cast<std::int64_t>(
        mix_seed(static_cast<std::uint64_t>(options.seed), prefix_of(i)) >> 12U);
    sources_.push_back(std::make_unique<PictureSource>(own, sides_.back()));
  }
}

at::Tensor CropSource::next(std::int64_t count, at::Generator& generator) {
  std::vector<at::Tensor> crops;
  const auto zooms = static_cast<std::int64_t>(sources_.size());
  for (std::int64_t i = 0; i < zooms; ++i) {
    const std::int64_t wanted = count / zooms + (i < count % zooms ? 1 : 0);
    if (wanted == 0) continue;
    // A large picture is dear to draw and has room for more than one crop.
    const auto zoom = static_cast<std::size_t>(i);
    const std::int64_t each = std::max<std::int64_t>(1, std::min(wanted, sides_[zoom] / size_));
    const std::int64_t drawn = (wanted + each - 1) / each;
    const at::Tensor pictures = sources_[zoom]->next(drawn).images.repeat({each, 1, 1, 1});
    crops.push_back(random_crops(pictures.slice(0, 0, wanted), size_, generator));
  }
  return torch::cat(crops);
}

void CropSource::note_position(Checkpoint& checkpoint) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    Checkpoint own;
    sources_[i]->note_position(own);
    for (const auto& [key, value] : own.metadata) checkpoint.metadata[prefix_of(i) + key] = value;
  }
}

void CropSource::seek(const Checkpoint& checkpoint) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const std::string prefix = prefix_of(i);
    Checkpoint own;
    own.source = checkpoint.source;
    for (const auto& [key, value] : checkpoint.metadata) {
      if (key.rfind(prefix, 0) == 0) own.metadata[key.substr(prefix.size())] = value;
    }
    sources_[i]->seek(own);
  }
}

at::Tensor random_crops(const at::Tensor& images, std::int64_t size, at::Generator& generator) {
  const std::int64_t room = images.size(2) - size;
  if (room == 0) return images;
  const at::Tensor offsets =
      torch::randint(0, room + 1, {images.size(0), 2}, generator, torch::kLong);
  std::vector<at::Tensor> crops;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    const auto top = offsets[i][0].item<std::int64_t>();
    const auto left = offsets[i][1].item<std::int64_t>();
    crops.push_back(images[i].slice(1, top, top + size).slice(2, left, left + size));
  }
  return torch::stack(crops);
}

}  // namespace pincel
