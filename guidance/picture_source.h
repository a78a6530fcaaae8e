// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "guidance/training.h"
#include "scenes/stream.h"
#include "scenes/world.h"

namespace pincel {

struct CaptionedPictures {
  at::Tensor images;  // [B, 3, S, S] float32 in [0, 1]
  std::vector<std::string> captions;
  std::vector<std::vector<int>> things;  // of the world, each picture's; empty where not drawn
};

// Where trainers get pictures: the drawn scenes, or the user's own folder or CSV (`data`). Of the
// scenes that show one thing, a share is captioned with its bare name, so that telling backgrounds
// apart is not enough. The n-th picture depends on the seed and on n alone: a training resumes
// exactly.
class PictureSource {
 public:
  PictureSource(const TrainingOptions& options, std::int64_t size, double bare_names = 0);
  ~PictureSource();

  CaptionedPictures next(std::int64_t count);
  const World* world() const { return world_.get(); }  // null where the pictures are the user's

  void note_position(Checkpoint& checkpoint) const;  // into its metadata
  void seek(const Checkpoint& checkpoint);

 private:
  CaptionedPictures draw(std::int64_t count);

  std::unique_ptr<World> world_;           // null where the pictures are the user's
  std::unique_ptr<CaptionSource> source_;  // null where they are drawn
  std::uint64_t seed_;
  std::int64_t size_;
  double bare_names_;
  std::uint64_t position_ = 0;  // pictures drawn so far
};

// uint8 planar pixels [n, 3, side, side] as a float tensor in [0, 1].
at::Tensor pixels_to_images(const std::vector<std::uint8_t>& pixels, std::int64_t side);

}  // namespace pincel
