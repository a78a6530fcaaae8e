// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pincel {

// A model that a user may name instead of giving a file.
struct KnownModel {
  std::string name;
  std::string kind;            // "clip", "vqgan", "prior" or "transformer"
  std::filesystem::path path;  // a file or a folder; empty where it still has to be fetched
  std::string origin;          // "shipped", "added", or which public file to get
};

// Every name that can be given: shipped, added by the user, and public ones known to this program.
std::vector<KnownModel> known_models();

// The file of a shipped model by its name: guide, judge, vqgan or prior; "" for any other.
std::filesystem::path shipped_model(const std::string& name);

// `model` is an existing file or folder, else a known name. Error (missing input) otherwise: which
// public file to get and how to add it, or the nearest name.
std::filesystem::path find_model(const std::string& model, const std::string& kind);

// Keeps a name for a file or folder, in models.yaml of the data folder, atomically. Error where the
// name is taken or not made of letters, digits, dots, dashes.
void add_model(const std::string& name, const std::string& kind, const std::filesystem::path& path);

}  // namespace pincel
