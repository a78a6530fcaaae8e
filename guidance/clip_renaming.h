// SPDX-License-Identifier: MIT
#pragma once

#include "core/checkpoint.h"

namespace pincel {

// Checkpoints of other packages under OpenAI's names, as our modules have them: q, k and v are one
// matrix, projections are [in, out]. The tensors are taken out of the checkpoint given. Error (bad
// data) where one is missing, and where one is left over that the family does not have.

bool has_hugging_face_names(const Checkpoint& checkpoint);
bool is_hugging_face_siglip(const Checkpoint& checkpoint);
Checkpoint rename_hugging_face(Checkpoint from);

// open_clip's SigLIP: a timm trunk that is pooled by attention, texts as OpenAI's.
bool has_siglip_trunk(const Checkpoint& checkpoint);
Checkpoint rename_siglip_trunk(Checkpoint from);

// SLIP and the CLIPs it is compared with: timm's vision transformer, texts as OpenAI's.
bool has_slip_names(const Checkpoint& checkpoint);
Checkpoint rename_slip(Checkpoint from);

}  // namespace pincel
