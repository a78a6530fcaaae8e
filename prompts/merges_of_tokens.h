// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// The merges that learned CLIP's vocabulary, from its tokens alone, one per line in order of their
// ids: what a token falls into under the merges before it is the pair that made it. The merges are
// as Tokenizer::from_merges() reads them. Error (bad data) for a list that no such learning gives.
std::string merges_of_tokens(std::string_view tokens, const std::string& source);

}  // namespace pincel
