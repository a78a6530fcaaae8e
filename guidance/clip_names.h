// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "core/checkpoint.h"
#include "guidance/clip_config.h"

namespace pincel {

// A CLIP, SLIP or SigLIP as it is published: weights with OpenAI's names, the shape they have, and
// where its vocabulary is.
struct PublicClip {
  ClipConfig config;
  Checkpoint weights;
  std::string family;               // "pincel", "OpenAI", "open_clip", "SLIP", ...
  std::filesystem::path tokenizer;  // merges.txt, spiece.model, ...; empty where none lies there
  std::string cleaning;             // of a vocabulary of pieces: read_piece_vocabulary()
};

// Opens a file or a folder as OpenAI, open_clip, Hugging Face and clip.cpp publish them, in any
// container.
// Sizes come from the tensors; what they do not tell (activation, heads) from the JSON beside them,
// else from what is published at that size. Values of `Wanted` only, as in open_checkpoint(). Error
// (bad data) for whatever this program cannot compute exactly: never a silent guess of structure.
PublicClip open_public_clip(const std::filesystem::path& path, const Wanted& wanted = {});

// Puts the vocabulary that lies beside a CLIP into the metadata of its weights, where Clip::load
// finds it.
void keep_vocabulary(PublicClip& clip);

}  // namespace pincel
