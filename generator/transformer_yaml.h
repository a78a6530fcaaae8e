// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "generator/transformer_config.h"

namespace pincel {

// Puts into `config` what taming's YAML says of heads and condition. Error (bad data) where its
// sizes are not those that `config` has from the tensors, and for what this program cannot compute.
void read_transformer_yaml(const std::filesystem::path& yaml, TransformerConfig& config);

}  // namespace pincel
