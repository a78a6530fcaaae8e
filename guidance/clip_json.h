// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "guidance/clip_config.h"

namespace pincel {

// What tensors do not tell of a CLIP, as the package that published it writes it down. The sizes
// and the kind are in the config already. Error (bad data) for whatever this program does not
// compute: it is refused, not left out. A wrong type is a json::exception.

// open_clip_config.json: {"model_cfg": {...}, "preprocess_cfg": {...}}
void apply_open_clip_config(ClipConfig& config, const nlohmann::json& tree,
                            const std::string& source);

// config.json of transformers' CLIP or SigLIP.
void apply_hugging_face_config(ClipConfig& config, const nlohmann::json& tree,
                               const std::string& source);

// preprocessor_config.json beside it.
void apply_hugging_face_preparation(ClipConfig& config, const nlohmann::json& tree,
                                    const std::string& source);

// What published SigLIPs and SLIPs of these sizes have, where no JSON tells.
void apply_published(ClipConfig& config);

}  // namespace pincel
