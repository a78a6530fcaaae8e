// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commands/picture_metadata.h"
#include "commands/pixel_size.h"
#include "generator/choose_code.h"
#include "generator/vqgan.h"

namespace pincel {

// What `pincel sample` is asked to draw from.
struct SourceRequest {
  std::string model;   // a transformer; empty: the shipped code prior
  std::string prompt;  // code prior: what is to be seen; may be empty
  std::int64_t label = -1;
  std::string condition;
  ChoiceOptions choice;
  std::int64_t rounds = 12;
  double strength = 2;
};

// Draws grids of codes from learned chances, without a guide: a transformer or the code prior.
class CodeSource {
 public:
  virtual ~CodeSource() = default;
  virtual const Vqgan& vqgan() const = 0;
  virtual PixelSize usual_size() const = 0;
  // Error (bad value) for a size, in multiples of the VQGAN's cells, that it does not draw.
  virtual void expect_size(const PixelSize& size) const = 0;
  // One grid [h, w] for each generator, stacked; `told` hears of every cell, done for all of them.
  virtual at::Tensor draw(const PixelSize& size, std::span<at::Generator> generators,
                          const std::function<void(std::int64_t)>& told) const = 0;
  // Weights and conditions, for the pictures' metadata.
  virtual std::vector<UsedFile> files() const = 0;
};

std::unique_ptr<CodeSource> load_code_source(const SourceRequest& request,
                                             const at::Device& device);

}  // namespace pincel
