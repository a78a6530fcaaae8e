// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace pincel::tests {

// The most memory that was held at once since this was made, beyond what was held then, in bytes.
// Counts every allocation of the test program and of libtorch; one meter at a time.
class AllocationMeter {
 public:
  AllocationMeter();
  std::size_t peak() const;
};

// What opening a refused file may hold beyond the file's size.
inline constexpr std::size_t kAllocationSlack = std::size_t{16} << 20U;

}  // namespace pincel::tests
