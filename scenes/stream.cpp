// SPDX-License-Identifier: MIT
#include "scenes/stream.h"

#include "scenes/dice.h"
#include "scenes/prefetch.h"

namespace pincel {

SceneStream::SceneStream(const World& world, std::uint64_t seed, const SceneRequest& request,
                         int threads)
    : prefetch_(std::make_unique<Prefetch>(
          [&world, seed, request](std::uint64_t position) {
            Scene scene = world.draw(scene_seed(seed, position), request);
            return CaptionedPicture{std::move(scene.picture), std::move(scene.caption)};
          },
          threads)),
      size_(request.size) {}

SceneStream::~SceneStream() = default;

std::uint64_t SceneStream::scene_seed(std::uint64_t seed, std::uint64_t position) {
  return mix64(mix64(seed) + position) & (kHeldOut - 1);
}

CaptionedBatch SceneStream::next(int n) { return prefetch_->next(n, size_); }
std::uint64_t SceneStream::position() const { return prefetch_->position(); }
void SceneStream::seek(std::uint64_t position) { prefetch_->seek(position); }

}  // namespace pincel
