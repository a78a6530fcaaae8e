// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "guidance/picture_source.h"

namespace pincel {

// Square crops of pictures drawn at several zooms, so that a VQGAN meets whole scenes as well as
// their enlarged parts.
class CropSource {
 public:
  CropSource(const TrainingOptions& options, std::int64_t size, const std::vector<double>& zooms);

  // [count, 3, size, size] in [0, 1]; an equal share of each zoom.
  at::Tensor next(std::int64_t count, at::Generator& generator);

  void note_position(Checkpoint& checkpoint) const;
  void seek(const Checkpoint& checkpoint);

 private:
  std::int64_t size_;
  std::vector<std::int64_t> sides_;  // of the drawn pictures, one per zoom
  std::vector<std::unique_ptr<PictureSource>> sources_;
};

// One random square of `size` pixels of each picture [B, 3, S, S], or the picture where S is
// `size`.
at::Tensor random_crops(const at::Tensor& images, std::int64_t size, at::Generator& generator);

}  // namespace pincel
