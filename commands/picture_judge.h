// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/picture.h"
#include "guidance/clip.h"

namespace pincel {

// A CLIP that guided none of the pictures, and what it makes of each: the cosine between it, whole,
// and what was wished of it.
class PictureJudge {
 public:
  // `model`: a file, or the name of a CLIP; empty: the shipped judge.
  PictureJudge(const std::string& model, const at::Device& device);

  // From -1 to 1, for a prompt as it was painted: the last phase of a story, the mean over its
  // parts by their weights; those that push away do not count. Nothing where no words are left.
  std::optional<double> score(const Picture& picture, const std::string& prompts);

 private:
  const at::Tensor& text(const std::string& words);

  Clip clip_;
  std::map<std::string, at::Tensor> texts_;  // [1, D], of words that were asked for before
};

}  // namespace pincel
