// SPDX-License-Identifier: MIT
#pragma once

#include "generator/vqgan_config.h"

namespace pincel {

struct Checkpoint;

// vqgan_config_of(), held against taming's YAML where one lies beside the file: one of the same
// stem, else model.yaml or config.yaml that describe a VQGAN. Its resolution is taken, of which
// tensors tell nothing. Error (bad data) naming both values where the two disagree.
VqganConfig checked_vqgan_config(const Checkpoint& vqgan);

}  // namespace pincel
