// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/roc.h"

namespace pincel {

struct NamedCurve {
  std::string name;
  double area = 0;
  std::vector<RocPoint> curve;
};

// ROC curves with their areas, as SVG: false alarms to the right, from 0.1 % on by powers of ten,
// what is found upwards. At most ten curves can be told apart.
std::string roc_figure(const std::vector<NamedCurve>& curves);

}  // namespace pincel
