// SPDX-License-Identifier: MIT
#include "prompts/concept_vector.h"

#include <ATen/ATen.h>

#include "core/error.h"

namespace pincel {
namespace {

constexpr const char* kKey = "pincel.vector";
const std::string kTensor = "vector.";
const std::string kName = "pincel.vector.clip.";

}  // namespace

at::Tensor mean_difference(const at::Tensor& with, const at::Tensor& without) {
  const at::Tensor apart = with.mean(0, true) - without.mean(0, true);
  const at::Tensor length = apart.norm(2, -1, true);
  require(length.item<double>() > 1e-6, ExitCode::bad_data,
          "vector: the two folders look the same to the model; there is no direction between them");
  return apart / length;
}

Checkpoint to_checkpoint(const ConceptVector& vector) {
  Checkpoint checkpoint;
  checkpoint.metadata.emplace(kKey, "1");
  for (const auto& [fingerprint, direction] : vector.directions) {
    checkpoint.tensors[kTensor + fingerprint] = direction.row.to(at::kCPU, at::kFloat).contiguous();
    checkpoint.metadata[kName + fingerprint] = direction.name;
  }
  return checkpoint;
}

ConceptVector read_concept_vector(const std::filesystem::path& path) {
  const Checkpoint file = open_checkpoint(path);
  require(file.metadata.contains(kKey), ExitCode::bad_data,
          "{}: holds no vector; make one with 'pincel vector A B --output v.safetensors'",
          path.string());
  ConceptVector vector;
  for (const auto& [name, row] : file.tensors) {
    const bool is_row = name.starts_with(kTensor) && row.dim() == 2 && row.size(0) == 1 &&
                        row.size(1) > 0 && row.scalar_type() == at::kFloat &&
                        std::abs(row.norm().item<double>() - 1) < 1e-3;
    require(is_row, ExitCode::bad_data, "{}: '{}' is no unit row of a vector", path.string(), name);
    const std::string fingerprint = name.substr(kTensor.size());
    const auto of = file.metadata.find(kName + fingerprint);
    vector.directions[fingerprint] = {row, of == file.metadata.end() ? "" : of->second};
  }
  require(!vector.directions.empty(), ExitCode::bad_data, "{}: holds no vector", path.string());
  return vector;
}

}  // namespace pincel
