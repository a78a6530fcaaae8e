// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "generator/choose_code.h"
#include "generator/transformer_config.h"
#include "generator/vqgan.h"

namespace pincel {

struct CodeTransformerModel;

// What a transformer is told: the number of a class, or a picture that its condition is read from.
// What it does not need must not be given.
struct TransformerCondition {
  std::int64_t label = -1;        // -1: none
  std::filesystem::path picture;  // empty: none
};

// A size in cells, the places of a codebook's entries.
struct Cells {
  std::int64_t height, width;
};

// How codes are drawn. `told` is called after each cell with how many are done.
struct CodeDraw {
  Cells cells{16, 16};
  at::Tensor condition;  // of CodeTransformer::condition()
  ChoiceOptions choice;
  std::function<void(std::int64_t)> told;
};

// A checkpoint of taming's Net2NetTransformer: a GPT that draws the codes of a VQGAN one after
// another, row by row, and that VQGAN. Pictures larger than the square that it sees at once are
// drawn through a window that slides along, as taming's sampling scripts do. Frozen.
class CodeTransformer {
 public:
  // A file, or a folder with one (also Lightning's, with checkpoints/last.ckpt); see
  // transformer_config_of(). Only what is needed is read.
  static CodeTransformer load(const std::filesystem::path& path, const at::Device& device);

  // Tokens of the condition: one for all ([1, 1]) or one for each cell ([1, h, w]). Error (bad
  // value) for a class that is not there, for a condition that is missing and for one too many.
  at::Tensor condition(const TransformerCondition& given, const Cells& cells) const;

  // Error (bad value) for a size that it does not draw: smaller than config().window() and, where
  // it has an order of its own for the codes of its window, any other than that.
  void expect_cells(const Cells& cells) const;
  bool has_own_order() const;

  // One grid of codes for each generator, which alone decides its picture. -> [B, h, w]
  at::Tensor draw(const CodeDraw& request, std::span<at::Generator> generators) const;

  // Logits of the code after each of tokens [B, L], the first being those of a condition.
  at::Tensor logits(const at::Tensor& tokens) const;  // [B, L, V]

  const std::shared_ptr<const Vqgan>& vqgan() const { return vqgan_; }
  const TransformerConfig& config() const { return config_; }

 private:
  CodeTransformer(const TransformerConfig& config, std::shared_ptr<CodeTransformerModel> model,
                  std::shared_ptr<const Vqgan> vqgan);

  TransformerConfig config_;
  std::shared_ptr<CodeTransformerModel> model_;
  std::shared_ptr<const Vqgan> vqgan_;
};

// The file that a transformer is read from where a folder is given.
std::filesystem::path transformer_in(const std::filesystem::path& path);

}  // namespace pincel
