// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "guidance/cutout_views.h"

namespace pincel {

// One random change of views, named by two letters as nerdyrodent's VQGAN-CLIP does: what it is is
// in augments.cpp.
struct Augment {
  std::size_t kind = 0;
  double strength = 0;
  double chance = 1;
};

// Of texts "Af", "Af:30" (its strength) or "Af:30:0.8" (and its chance). Error (bad value) that
// names `option`.
std::vector<Augment> parse_augments(const std::vector<std::string>& texts,
                                    const std::string& option);

// Changes the view of this number, one augment after the other.
void augment(const std::vector<Augment>& augments, const CutoutPass& pass, std::int64_t number,
             ops::CutoutView& view);

}  // namespace pincel
