// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ops/cutout_sampler.h"
#include "guidance/clip_config.h"
#include "prompts/encoder.h"
#include "prompts/tokenizer.h"

namespace pincel {

struct ClipModelImpl;
struct Picture;
class Autocast;
struct Checkpoint;

// A frozen CLIP, SLIP or SigLIP with its tokenizer: unit embeddings of words and pictures.
// Deterministic; gradient flows to pixels only.
class Clip : public TextImageEncoder {
 public:
  // Our safetensors, whose metadata holds config and vocabulary; or a file or folder as OpenAI,
  // open_clip and Hugging Face publish them (clip_names.h), with the vocabulary beside it or in the
  // user's data folder. Error (65, 66) when it is none.
  // Products of the vision tower are computed in `products`, which its weights are kept in.
  static Clip load(const std::filesystem::path& path, const at::Device& device,
                   at::ScalarType products = at::kFloat);
  Clip(std::shared_ptr<ClipModelImpl> model, Tokenizer tokenizer, const at::Device& device);
  Clip(std::shared_ptr<ClipModelImpl> model, std::shared_ptr<const TextTokenizer> tokenizer,
       const at::Device& device);

  at::Tensor text(const std::string& words) const override;       // -> [1, D]
  at::Tensor texts(const std::vector<std::string>& words) const;  // -> [N, D]
  // A picture as the model's own preprocessing sees it, resized as Pillow does: the middle square,
  // or the whole of it squashed.
  at::Tensor picture(const Picture& picture) const;  // -> [1, D], unit
  // Any size [B, 3, H, W] in [0, 1]; resized to the model's side with antialiasing. -> [B, D], unit
  at::Tensor images(const at::Tensor& image) const override;
  // Views [B, 3, S, S] that are as view_format() says already. -> [B, D], unit
  at::Tensor views(const at::Tensor& views) const;
  ops::ViewFormat view_format() const;
  // Maps from fine to coarse, [B, C, h, w] each, of a picture of any size that is a multiple of 32.
  std::vector<at::Tensor> features(const at::Tensor& image) const;

  TextUse text_use(const std::string& words) const override;
  std::vector<std::string> familiar_words() const override { return tokenizer_->familiar_words(); }
  std::string fingerprint() const override;  // of the weights in the file
  std::int64_t dimension() const override;   // D
  std::int64_t image_size() const override;  // S
  double scale() const;  // exp(logit_scale): softmax(scale * cosine) are probabilities
  // Of SigLIP, where sigmoid(scale * cosine + bias) is the probability of one text; else nothing.
  std::optional<double> bias() const;
  const ClipConfig& config() const;
  const TextTokenizer& tokenizer() const { return *tokenizer_; }
  const at::Device& device() const override { return device_; }

 private:
  at::Tensor normalised(const at::Tensor& image) const;
  std::unique_ptr<Autocast> low_precision() const;

  std::shared_ptr<ClipModelImpl> model_;
  std::shared_ptr<const TextTokenizer> tokenizer_;
  at::Device device_;
  at::ScalarType products_;      // of the vision tower, what its weights are kept in
  std::filesystem::path file_;   // empty where it comes from none
  at::Tensor mean_, deviation_;  // [1, 3, 1, 1]
};

// Token ids of several texts, padded to the longest: [N, L].
at::Tensor token_ids(const TextTokenizer& tokenizer, const std::vector<std::string>& words,
                     std::int64_t context_length);

// The file that Clip::load reads: weights as `dtype`, config and merges in the metadata.
Checkpoint clip_checkpoint(const ClipModelImpl& model, const Tokenizer& tokenizer,
                           at::ScalarType dtype);

// Resizes [B, 3, H, W] to [B, 3, side, side], bicubic with antialiasing; unchanged if it fits.
at::Tensor resize_square(const at::Tensor& image, std::int64_t side);

}  // namespace pincel
