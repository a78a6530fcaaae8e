// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

// How much of a text a model could read.
struct TextUse {
  std::size_t used = 0;                 // tokens that fit its context
  std::size_t total = 0;                // tokens of the text
  std::vector<std::string> unfamiliar;  // words it has hardly met
};

// What a prompt needs from a model that puts words and pictures into one space. Unit rows,
// deterministic, frozen; gradient flows to pixels only. D = dimension(), S = image_size().
class TextImageEncoder {
 public:
  virtual ~TextImageEncoder() = default;
  virtual at::Tensor text(const std::string& text) const = 0;  // [1, D]
  // [B, 3, H, W] in [0, 1] on device(), the whole of them made S x S -> [B, D]
  virtual at::Tensor images(const at::Tensor& images) const = 0;
  virtual TextUse text_use(const std::string& text) const = 0;
  // Words that are one token each: what an unfamiliar one may be mistyped from.
  virtual std::vector<std::string> familiar_words() const { return {}; }
  // The same for the same weights, whatever file they came from: SHA-256.
  virtual std::string fingerprint() const = 0;
  virtual const at::Device& device() const = 0;
  virtual std::int64_t dimension() const = 0;
  virtual std::int64_t image_size() const = 0;
};

}  // namespace pincel
