// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "core/checkpoint.h"
#include "guidance/clip_config.h"

namespace pincel {

// A CLIP as it is published: weights with OpenAI's names, the shape they have, and where its
// tokenizer's merges are.
struct PublicClip {
  ClipConfig config;
  Checkpoint weights;
  std::string family;               // "pincel", "OpenAI", "open_clip" or "Hugging Face"
  std::filesystem::path tokenizer;  // merges.txt, tokenizer.json, ...; empty where none lies there
};

// Opens a file or a folder as OpenAI, open_clip and Hugging Face publish them, in any container.
// Sizes come from the tensors; what they do not tell (activation, heads) from the JSON beside them,
// else from what is published at that size. Values of `Wanted` only, as in open_checkpoint(). Error
// (bad data) for whatever this program cannot compute exactly: never a silent guess of structure.
PublicClip open_public_clip(const std::filesystem::path& path, const Wanted& wanted = {});

}  // namespace pincel
