// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pincel {

// Learns byte pairs from captions: the pair seen most often is joined, again and again, within the
// words of split_words(clean_text(caption)). Returns merges text for Tokenizer::from_merges, at
// most `count` merges (fewer where no pair is seen twice). Same captions in any order, same merges.
std::string train_merges(const std::vector<std::string>& captions, std::size_t count);

}  // namespace pincel
