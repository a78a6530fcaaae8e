// SPDX-License-Identifier: MIT
#include "generator/optimiser.h"

namespace pincel {

#define OPTIMISER(name, help)                                                  \
  OptionBox name##_optimiser_options();                                        \
  std::unique_ptr<Optimiser> make_##name##_optimiser(const OptionBox& options, \
                                                     std::vector<Parameter> parameters);
#include "generator/optimisers/all.inc"
#undef OPTIMISER

namespace {

#define OPTIMISER(name, help) \
  Entry<MakeOptimiser>{#name, help, make_##name##_optimiser, name##_optimiser_options},
constexpr Entry<MakeOptimiser> kOptimisers[] = {
#include "generator/optimisers/all.inc"
};
#undef OPTIMISER

}  // namespace

std::span<const Entry<MakeOptimiser>> optimisers() { return kOptimisers; }

}  // namespace pincel
