// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>

#include "guidance/clip.h"
#include "guidance/picture_index.h"

namespace pincel {

// A CLIP with the name that an index remembers it by.
struct NamedClip {
  std::shared_ptr<const Clip> clip;
  IndexModel model;
};

// The CLIP called `name`; where that is empty, the one that an index was made with unless it is to
// be `rebuilt`, else the guide. Files are remembered by their whole path.
NamedClip clip_for_index(const IndexPlace& place, const std::string& name, bool is_rebuilt,
                         const at::Device& device);

// Adds a picture that was just written to the index in a folder, which is made where it is missing;
// waits for others that write to it.
void index_picture(const std::filesystem::path& folder, const NamedClip& clip,
                   const std::filesystem::path& picture);

}  // namespace pincel
