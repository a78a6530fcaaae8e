// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenes/words.h"

namespace pincel {

// Better names than CLDR's, and more of them: "sequence|en|es|pt" with synonyms after commas; an
// empty field keeps CLDR's name, a leading comma keeps it as the main one.
const std::vector<std::string_view>& name_changes();

// Sequences drawn as another look of a thing: {look, thing}; the colour tells them apart.
struct Merge {
  std::string_view look, thing;
};
const std::vector<Merge>& merged_looks();

}  // namespace pincel
