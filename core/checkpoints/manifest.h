// SPDX-License-Identifier: MIT
#pragma once

#include "core/atomic_file.h"

namespace pincel {

// Where a file SHA256SUMS (as sha256sum writes it) lies beside `file` and lists its name, the sum
// must agree; Error (bad data) otherwise. Files that are not listed pass.
void expect_listed_sum(const InputFile& file);

}  // namespace pincel
