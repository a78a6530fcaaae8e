// SPDX-License-Identifier: MIT
#include "core/data_folder.h"

#include <cstdlib>
#include <string>

namespace pincel {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path data_folder() {
  if (const auto own = variable("PINCEL_DATA"); !own.empty()) return own;
  if (const auto data = variable("XDG_DATA_HOME"); !data.empty()) {
    return std::filesystem::path(data) / "pincel";
  }
  return std::filesystem::path(variable("HOME")) / ".local" / "share" / "pincel";
}

}  // namespace pincel
