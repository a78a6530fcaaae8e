// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

#include "generator/vqgan_config.h"

namespace pincel {

class CodeModel;
struct Checkpoint;
struct VqganModelImpl;

// What a decoder sees beyond the edges of a picture: nothing, or what lies at the opposite edge, so
// that a latent that is rolled draws the same picture, rolled.
enum class Edges { plain, neighbours };

// A frozen VQGAN: pictures [B, 3, H, W] in [0, 1] <-> latents [B, D, h, w] near a codebook of Q
// codes; H = h * factor(). Deterministic; gradient flows to pixels and latents only. DALL-E's
// autoencoder is one, too: its codes are one-hot, its latents logits.
class Vqgan {
 public:
  // Our own file, or a public one: taming's VQModel, GumbelVQ and Net2NetTransformer,
  // latent-diffusion's VQ models, ruDALL-E's, DALL-E's (vqgan_names.h).
  // Error (bad value) for edges that are neighbours where codes are one-hot.
  // Products are computed in `products`, which their weights are kept in (but one-hot models').
  static Vqgan load(const std::filesystem::path& path, const at::Device& device,
                    Edges edges = Edges::plain, at::ScalarType products = at::kFloat);
  Vqgan(const VqganConfig& config, std::shared_ptr<VqganModelImpl> model);  // freezes the model

  // Latent of a picture whose sides are multiples of factor(), before quantisation. For a Gumbel
  // model, the codes its logits choose. Error (missing input) where !encodes().
  at::Tensor encode(const at::Tensor& image) const;  // [B, D, h, w]

  // What leaves quant_conv: encode() itself, but the input of the logits in a Gumbel model.
  at::Tensor features(const at::Tensor& image) const;  // [B, D, h, w]

  // Nearest code at each place; the gradient passes straight through to z, or to the softmax of z
  // where codes are one-hot.
  at::Tensor quantize(const at::Tensor& z) const;  // [B, D, h, w]

  at::Tensor indices(const at::Tensor& z) const;       // [B, h, w] int64, nearest code
  at::Tensor lookup(const at::Tensor& indices) const;  // [B, h, w] -> [B, D, h, w]

  // Picture in about [0, 1], not yet clamped.
  at::Tensor decode(const at::Tensor& zq) const;  // [B, 3, H, W]

  at::Tensor codebook() const;  // [Q, D]
  at::Device device() const;
  const at::Tensor& z_min() const { return z_min_; }  // [1, D or 1, 1, 1], least useful latent
  const at::Tensor& z_max() const { return z_max_; }  // [1, D or 1, 1, 1]
  double deviation() const { return deviation_; }     // of a useful latent's values
  bool is_one_hot() const { return config_.quantizer == "one-hot"; }
  bool encodes() const { return config_.has_encoder; }
  std::int64_t factor() const { return config_.factor(); }
  const VqganConfig& config() const { return config_; }

 private:
  Vqgan(const VqganConfig& config, std::shared_ptr<const CodeModel> model);

  VqganConfig config_;
  std::shared_ptr<const CodeModel> model_;
  at::Tensor z_min_, z_max_;
  double deviation_ = 1;
};

// As keep_products_in(), for a network that is to be made a Vqgan.
void keep_vqgan_products_in(VqganModelImpl& model, at::ScalarType products);

// The file that Vqgan::load reads: weights as `dtype`, config in the metadata.
Checkpoint vqgan_checkpoint(const VqganModelImpl& model, const VqganConfig& config,
                            at::ScalarType dtype);

}  // namespace pincel
