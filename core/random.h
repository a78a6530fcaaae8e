// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <string_view>

namespace pincel {

// A generator of its own for each named use ("cutouts", "init", ...), all fixed by one seed:
// drawing more for one use never shifts another.
at::Generator make_generator(std::uint64_t seed, std::string_view name);

// The number behind it: seed and name mixed (SplitMix64 over FNV-1a).
std::uint64_t mix_seed(std::uint64_t seed, std::string_view name);

}  // namespace pincel
