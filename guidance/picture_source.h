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
};

// Where trainers get pictures: the drawn scenes, or the user's own folder or CSV (`data`). The n-th
// batch depends on the seed and on n alone, so a training resumes exactly.
class PictureSource {
 public:
  PictureSource(const TrainingOptions& options, std::int64_t size);
  ~PictureSource();

  CaptionedPictures next(std::int64_t count);

  void note_position(Checkpoint& checkpoint) const;  // into its metadata
  void seek(const Checkpoint& checkpoint);

 private:
  std::unique_ptr<World> world_;  // null where the pictures are the user's
  std::unique_ptr<CaptionSource> source_;
};

// uint8 planar pixels [n, 3, side, side] as a float tensor in [0, 1].
at::Tensor pixels_to_images(const std::vector<std::uint8_t>& pixels, std::int64_t side);

}  // namespace pincel
