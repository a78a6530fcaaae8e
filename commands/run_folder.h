// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace pincel {

// The folder of one run. Two runs never share one.
class RunFolder {
 public:
  // `wished` as it is, or, where empty, outputs/<date>_<slug>_<n> with the first free n. Error
  // (cannot_create) for a file in the way and for a folder that already holds a picture.
  RunFolder(const std::filesystem::path& wished, std::string_view prompt);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path picture() const { return path_ / "picture.png"; }
  std::filesystem::path preview() const { return path_ / "preview.png"; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }

  // Adds one line to log.jsonl; Error (io) when it did not arrive.
  void log(std::string_view json);

 private:
  std::filesystem::path path_;
  std::ofstream log_;
};

}  // namespace pincel
