// SPDX-License-Identifier: MIT
#include "commands/policy_file.h"

#include "commands/home.h"

namespace pincel {

std::filesystem::path policy_file(const std::string& name) {
  if (name.empty() || name == "usual") return home_folder() / "configs" / "moderation.yaml";
  return name;
}

}  // namespace pincel
