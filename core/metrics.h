// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace pincel {

// The numbers of a long run, in its folder: metrics.jsonl (one JSON object a line: step, wall,
// values; a value that is not finite is null) and a TensorBoard event file with the same scalars
// and pictures. Each call reaches the disk before it returns; Error when the disk is full.
class Metrics {
 public:
  // Makes the folder where needed. `append` goes on after the lines that are there (a new event
  // file joins the old ones, as TensorBoard expects); otherwise both start anew.
  Metrics(const std::filesystem::path& folder, bool append);

  void add(std::int64_t step, const std::vector<std::pair<std::string, double>>& values);
  // `png`: an encoded picture of width x height pixels.
  void image(std::int64_t step, const std::string& name, const std::string& png, int width,
             int height);

 private:
  void write_record(const std::string& record);

  std::filesystem::path lines_path_;
  std::filesystem::path events_path_;
  std::ofstream lines_;
  std::ofstream events_;
  std::chrono::steady_clock::time_point start_;
};

// CRC-32C (Castagnoli) of the bytes, as TFRecord frames want it before masking.
std::uint32_t crc32c(const std::string& bytes);

}  // namespace pincel
