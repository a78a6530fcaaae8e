// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "prompts/encoder.h"

namespace pincel {

// The text in pieces of whole words, each as long as the model's context allows; one where all of
// it fits. A single word that is too long stays one piece.
std::vector<std::string> pieces_of(const TextImageEncoder& encoder, const std::string& text);

// Mean of the embeddings of its pieces, each counting as much as it has tokens, as a unit row.
// [1, D]
at::Tensor long_text(const TextImageEncoder& encoder, const std::string& text);

}  // namespace pincel
