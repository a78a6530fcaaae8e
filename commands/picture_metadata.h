// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/png.h"
#include "core/settings.h"

namespace pincel {

// One file that a picture was painted with, by its name alone: pictures travel, folders do not.
struct UsedFile {
  std::string role;  // the option that named it: "clip"
  std::string name;  // "guide.safetensors"
  std::string sha256;
};

// All that is needed to make a picture again, byte for byte on the same kind of machine.
struct PictureMetadata {
  std::string prompt;
  std::string config;  // resolved options, JSON
  std::int64_t seed = 0;
  std::int64_t steps = 0;  // steps that were done
  std::string ended = {};  // why not all: "plateau"; empty where nothing is to be said
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t threads = 0;
  std::string device;
  std::string dtype;
  std::vector<UsedFile> files;
  std::string made_by = "paint";  // the command
};

// The texts of a picture: `parameters` (as other programs read it), `pincel` (JSON), `Software`,
// and the mark of a picture made by a model (XMP, IPTC DigitalSourceType).
std::vector<PngText> picture_texts(const PictureMetadata& metadata);

// The `pincel` text of a PNG, JPEG or WebP, taken back. Error (bad_data) where it is missing or no
// longer what we wrote, and where the picture was not painted.
PictureMetadata read_picture_metadata(const std::filesystem::path& picture);

}  // namespace pincel
