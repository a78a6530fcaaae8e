// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "commands/index_model.h"
#include "commands/paint_options.h"
#include "guidance/moderation.h"

namespace pincel {

// What --moderate and --index ask of a pass: prompts are looked at before it begins, pictures
// before they are written, and those that were written are put into the index. Does nothing without
// them.
class PaintGuard {
 public:
  // Error (policy) where a prompt is flagged; before anything is made.
  explicit PaintGuard(const std::vector<PaintRequest>& requests);

  // Pictures [B, 3, H, W] of a pass that would be written into these folders. Error (policy) where
  // one is flagged; then forget() takes away what the pass has left there.
  void expect_allowed(const at::Tensor& pictures,
                      const std::vector<std::filesystem::path>& folders);
  void forget() const;

  void index(const std::vector<std::filesystem::path>& pictures) const;

 private:
  std::optional<Moderator> moderator_;
  std::shared_ptr<const Clip> policy_clip_;
  NamedClip index_clip_;
  std::filesystem::path index_;  // empty: none
  std::vector<std::filesystem::path> refused_;
};

}  // namespace pincel
