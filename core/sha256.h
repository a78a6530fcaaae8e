// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/atomic_file.h"

namespace pincel {

// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);
std::string sha256_of_file(const InputFile& file);

}  // namespace pincel
