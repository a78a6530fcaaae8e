// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace pincel {

// What an options struct may say of a number or a word, in its one declaration:
//   template <class V> void fields(V&& visit) {
//     visit("rate", rate, "step size of the optimiser", Range{0, 10});
//     visit("kind", kind, "which one", OneOf{{"a", "b"}});
//     visit("name", name, "any text");
//   }
// Members: bool, std::int64_t, double, std::string, std::vector<double>, std::vector<std::string>.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct OneOf {
  std::vector<std::string> names;
};

}  // namespace pincel
