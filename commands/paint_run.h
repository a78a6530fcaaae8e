// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "commands/paint_options.h"
#include "core/error.h"

namespace pincel {

// What a caller of paint_pictures() sees and decides; each member may be left as it is.
struct PaintHooks {
  const PainterModels* models = nullptr;  // loaded before; null: loaded for this pass
  bool is_silent = false;                 // nothing is printed, only written to files
  // Pictures that are there already, and are those asked for, are left as they are or painted
  // again; else a picture that is there is an Error (cannot_create).
  bool takes_up = false;
  // After each step: how many are done, of how many.
  std::function<void(std::int64_t step, std::int64_t steps)> on_step = {};
};

// How one pass over several pictures ended. Errors are thrown, not told here.
struct PaintResult {
  ExitCode code = ExitCode::ok;  // interrupted, terminated or temporary where a signal ended it
  std::int64_t steps = 0;        // done, those of earlier processes included
  double seconds = 0;            // spent, likewise
  std::vector<std::filesystem::path> pictures;  // empty where it has to be gone on with
  std::vector<double>
      losses;  // of the last step, one a picture; empty where they were there already
};

// Paints the pictures of resolved requests in one pass, each into its own folder: config.yaml,
// log.jsonl, preview.png as it goes, picture.png. They differ in prompts, seed and output alone.
// Every few seconds all of it is kept in a checkpoint in the first one's folder, and a folder that
// holds one is gone on with, where it is of the same requests: the picture has the same bytes as
// one that was never interrupted. SIGINT and SIGTERM end it after the step in progress, SIGUSR1 too
// (temporary: to be gone on with).
PaintResult paint_pictures(const std::vector<PaintRequest>& requests, const PaintHooks& hooks = {});

// One picture, telling of it as the request wishes.
ExitCode paint_picture(const PaintRequest& request);

}  // namespace pincel
