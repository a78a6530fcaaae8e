// SPDX-License-Identifier: MIT
// Net2NetTransformers of random weights as files, laid out as taming lays them out
// (make_transformers.py says what they must give).
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>

#include "core/checkpoint.h"
#include "core/png.h"
#include "tests/reference/fixture.h"
#include "tests/temporary_folder.h"

namespace pincel::reference {

inline Fixture read_transformer_fixture(const std::string& name) {
  Fixture fixture = read_fixture(name);
  auto& tensors = fixture.weights.tensors;
  const std::string place = "transformer.pos_emb";
  tensors[place] = signal(name + "/" + place, tensors.at(place).sizes().vec());
  for (const auto& [key, tensor] : fixture.expectation.tensors) {
    if (key.starts_with("permuter.")) tensors[key] = tensor;
  }
  return fixture;
}

// The file `name`.ckpt and its YAML in the folder. -> the file
inline std::filesystem::path write_transformer(const Fixture& fixture,
                                               const tests::TemporaryFolder& folder,
                                               const std::string& name = "model") {
  Checkpoint file;
  file.tensors = fixture.weights.tensors;
  file.tensors["first_stage_model.loss.discriminator.main.0.weight"] = torch::zeros({4, 3, 4, 4});
  write_checkpoint(folder / (name + ".ckpt"), file);
  folder.file(name + ".yaml", fixture.expectation.metadata.at("yaml"));
  return folder / (name + ".ckpt");
}

// A grey PNG of bytes [H, W].
inline std::filesystem::path write_grey(const at::Tensor& bytes,
                                        const tests::TemporaryFolder& folder,
                                        const std::string& name) {
  const auto plain = bytes.contiguous();
  return folder.file(
      name, encode_png(plain.const_data_ptr<std::uint8_t>(), static_cast<int>(plain.size(1)),
                       static_cast<int>(plain.size(0)), 1));
}

}  // namespace pincel::reference
