// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "core/checkpoint.h"
#include "guidance/clip_config.h"

namespace pincel {

// CLIPs as clip.cpp converts them to GGUF: Hugging Face's names cut short, the shape and the
// vocabulary in the metadata, both towers in one file or each in its own.

bool has_ggml_names(const Checkpoint& checkpoint);

// The tensors under Hugging Face's names, with the tower that the file lacks from the one beside it
// whose name says "vision" where this says "text", or the other way round; and the vocabulary's
// merges under "pincel.merges" where the metadata has it. Error (66) where a tower is missing.
Checkpoint from_ggml(Checkpoint from, const Wanted& wanted);

// What the tensors do not tell: heads, activation, normalisation. Error (bad data) for what this
// program does not compute.
void apply_ggml_metadata(ClipConfig& config, const Checkpoint& checkpoint);

}  // namespace pincel
