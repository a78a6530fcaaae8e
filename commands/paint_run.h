// SPDX-License-Identifier: MIT
#pragma once

#include "commands/paint_options.h"
#include "core/error.h"

namespace pincel {

// Paints the picture of a resolved request into its folder, telling of it as the request wishes:
// config.yaml, log.jsonl, preview.png as it goes, picture.png. SIGINT and SIGTERM save the picture
// so far and give interrupted or terminated.
ExitCode paint_picture(const PaintRequest& request);

}  // namespace pincel
