// SPDX-License-Identifier: MIT
// A loss of the registry as a user would ask for it, guided by a tiny CLIP.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>

#include "core/checkpoint.h"
#include "core/settings.h"
#include "guidance/loss.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel {

using Given = std::map<std::string, std::string>;

inline std::unique_ptr<Loss> make_loss(const std::string& name, const Given& given = {}) {
  const auto& entry = find(losses(), name, "loss");
  OptionBox options = entry.options();
  Settings settings;
  for (const auto& [key, value] : given) settings.set(key, value, "--loss." + name + "." + key);
  settings.fill(options.fields());
  return entry.make(options, {std::make_shared<Clip>(tiny_clip())});
}

inline at::Tensor waves(at::IntArrayRef shape) {
  const auto count = torch::arange(c10::multiply_integers(shape), torch::kDouble);
  return (0.5 + 0.5 * (count * 0.37).sin()).to(torch::kFloat).view(shape);
}

inline double score(const Loss& loss, const at::Tensor& image) {
  return loss.score({image, {}, 0}).item<double>();
}

inline void write_tensors(const std::filesystem::path& path,
                          const std::map<std::string, at::Tensor>& tensors) {
  Checkpoint checkpoint;
  checkpoint.tensors = tensors;
  write_checkpoint(path, checkpoint);
}

}  // namespace pincel
