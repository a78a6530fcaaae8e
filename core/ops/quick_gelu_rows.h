// SPDX-License-Identifier: MIT
// The quick GELU's inner loop for CPUs.
#pragma once

#include <cstdint>

namespace pincel::ops {

template <class Element>
struct QuickGeluRow {
  const Element* x;
  const Element* slope;  // the gradient of the result; null: to becomes the result, else that of x
  Element* to;
  std::int64_t count;
};

template <class Element>
using QuickGeluWorker = void (*)(const QuickGeluRow<Element>& row);

// The widest version that this machine knows; Element is float or c10::BFloat16.
template <class Element>
QuickGeluWorker<Element> quick_gelu_worker();

}  // namespace pincel::ops
