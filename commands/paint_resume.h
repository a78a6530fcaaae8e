// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/paint_options.h"
#include "core/checkpoint.h"

namespace pincel {

// Where the picture of a request goes.
OutputPlace place_of_request(const PaintRequest& request);

// Adds to the state of a painting what it is a painting of, so that another process can tell
// whether it is its own, and `pincel paint --resume` can go on with nothing but the folder.
void put_requests(Checkpoint& state, const std::vector<PaintRequest>& requests,
                  const std::filesystem::path& picture);

// Takes from it what must be as it was (threads, precision), having checked that it is of these
// requests; Error (cannot_create) where it is not.
void take_requests(const Checkpoint& state, std::vector<PaintRequest>& requests);

// The request of the folder that --resume names. Error (missing_input) where nothing in it can be
// gone on with, (usage) for options that would change the picture.
PaintRequest resumed_request(const CommandLine& line);

// Whether the picture at `path` is the one that is asked for, from another time.
bool is_picture_of(const std::filesystem::path& path, const PaintRequest& request);

}  // namespace pincel
