// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace pincel::fuzz {

// Counts what is allocated from start_counting() on; peak_bytes() is the most that was held at
// once.
void start_counting();
std::size_t peak_bytes();

}  // namespace pincel::fuzz
