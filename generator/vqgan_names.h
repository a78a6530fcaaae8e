// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "core/checkpoint.h"

namespace pincel {

// The autoencoder of a checkpoint, or of the one in a folder, alone and with taming's names:
// without the prefix that it has inside a transformer ("first_stage_model."), without losses,
// discriminators and averages, whose values are never read, nor are those that are not wanted by
// the name in the file. DALL-E's has its own names behind "encoder." and "decoder."; it is
// decoder.pkl, with encoder.pkl where that lies beside it. Error (bad data) saying what the file
// holds where it is no VQGAN.
Checkpoint public_vqgan(const std::filesystem::path& path, const Wanted& wanted = {});

}  // namespace pincel
