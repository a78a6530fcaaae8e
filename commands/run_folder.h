// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace pincel {

// The folder of one run, which nobody else uses while it lives.
class RunFolder {
 public:
  // `wished` as it is, or, where empty, outputs/<date>_<slug>_<n> with the first free n. What a
  // killed process left half written there is removed. Error: cannot_create for a file in the way
  // and where that folder is no folder of a run; temporary where another process uses it.
  RunFolder(const std::filesystem::path& wished, std::string_view prompt);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path picture() const { return path_ / "picture.png"; }
  std::filesystem::path preview() const { return path_ / "preview.png"; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  std::filesystem::path log_path() const { return path_ / "log.jsonl"; }

  // Adds one line to log.jsonl; Error (io) when it did not arrive.
  void log(std::string_view json);
  // Keeps of an earlier log what was said up to this step, for a run that goes on after it.
  void keep_log(std::int64_t step);

 private:
  void lock();

  std::filesystem::path path_;
  std::ofstream log_;
  int lock_ = -1;  // the folder, opened
};

}  // namespace pincel
