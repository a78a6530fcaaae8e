// SPDX-License-Identifier: MIT
// What Python computes with the files that we ship (load_shipped.py).
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/sha256.h"
#include "tests/catch.h"

namespace pincel::reference {

inline std::vector<std::filesystem::path> shipped_files(const std::string& folder,
                                                        const std::string& kind) {
  std::vector<std::filesystem::path> found;
  const auto weights = std::filesystem::path(PINCEL_SOURCE_DIR) / folder / "weights";
  if (!std::filesystem::exists(weights)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(weights)) {
    if (entry.path().extension() != ".safetensors") continue;
    const auto metadata = open_checkpoint(entry.path()).metadata;
    const auto config = metadata.find("pincel.config");
    if (config == metadata.end()) continue;
    if (nlohmann::json::parse(config->second).value("kind", "") == kind) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline Checkpoint shipped_outputs() {
  return open_checkpoint(std::string(PINCEL_SOURCE_DIR) +
                         "/tests/reference/fixtures/shipped_outputs.safetensors");
}

// The name of the file in the outputs, after a check that they were made with its present bytes.
inline std::string shipped_name(const Checkpoint& outputs, const std::filesystem::path& path) {
  const std::string name =
      path.parent_path().parent_path().filename().string() + "/" + path.filename().string();
  INFO(name << ": the weights changed; run tests/reference/load_shipped.py again");
  const auto sum = outputs.metadata.find(name);
  REQUIRE(sum != outputs.metadata.end());
  REQUIRE(sum->second == sha256_of_file(InputFile(path)));
  return name;
}

inline at::Tensor waves(const std::vector<std::int64_t>& shape, double step) {
  std::int64_t count = 1;
  for (const auto length : shape) count *= length;
  const auto wave = 0.5 + 0.5 * (torch::arange(count, torch::kFloat64) * step).sin();
  return wave.to(torch::kFloat).view(shape);
}

// Ids without the columns that are padding in every row.
inline at::Tensor used_columns(const at::Tensor& ids) {
  return ids.slice(1, 0, (ids != 0).sum(1).max().item<std::int64_t>());
}

inline void expect_same(const Checkpoint& outputs, const std::string& key, const at::Tensor& ours) {
  INFO(key);
  const at::Tensor& theirs = outputs.tensors.at(key);
  REQUIRE(ours.sizes() == theirs.sizes());
  CHECK((ours - theirs).abs().max().item<double>() < 1e-4);
}

}  // namespace pincel::reference
