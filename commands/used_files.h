// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "commands/paint_options.h"

namespace pincel {

// The shipped prior knows the shipped models alone, of the CLIPs the first is asked; with others
// there is none, unless one is named.
void leave_foreign_prior(PaintOptions& options);

// Finds the file behind every option that names one and notes its sum. Where a picture is painted
// again (`before`), an option that is not in `given` takes the same file as then. Error for what is
// missing, no picture where one is expected, or another file than then.
void resolve_files(PaintRequest& request, const Settings& given,
                   const std::optional<PictureMetadata>& before);

// Applies `change` to the path in every option that names a file.
void change_files(PaintOptions& picture,
                  const std::function<std::string(const std::string&)>& change);

// Empties options that name what is shipped for them.
void leave_shipped_files(PaintOptions& picture);

}  // namespace pincel
