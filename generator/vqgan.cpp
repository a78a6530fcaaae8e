// SPDX-License-Identifier: MIT
#include "generator/vqgan.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/ops/nearest_code.h"
#include "core/ops/straight_through.h"
#include "core/tensor.h"
#include "generator/vqgan_modules.h"
#include "generator/vqgan_names.h"

namespace pincel {
namespace {

// [B, D, h, w] -> [B * h * w, D]
at::Tensor rows_of(const at::Tensor& z) { return z.permute({0, 2, 3, 1}).reshape({-1, z.size(1)}); }

}  // namespace

Vqgan Vqgan::load(const std::filesystem::path& path, const at::Device& device) {
  const Checkpoint checkpoint = public_vqgan(path);
  const VqganConfig config = vqgan_config_of(checkpoint);
  auto model = std::make_shared<VqganModelImpl>(config);
  load_module(*model, checkpoint);
  model->to(device);
  return {config, std::move(model)};
}

Vqgan::Vqgan(const VqganConfig& config, std::shared_ptr<VqganModelImpl> model)
    : config_(config), model_(std::move(model)) {
  model_->eval();
  for (auto& parameter : model_->parameters()) parameter.requires_grad_(false);
  z_min_ = std::get<0>(codebook().min(0)).view({1, -1, 1, 1});
  z_max_ = std::get<0>(codebook().max(0)).view({1, -1, 1, 1});
}

at::Tensor Vqgan::features(const at::Tensor& image) const {
  expect_image(image);
  TORCH_CHECK(image.size(2) % factor() == 0 && image.size(3) % factor() == 0, "image is ",
              image.sizes(), ", expected sides that are multiples of ", factor());
  return model_->encode(image * 2 - 1).to(at::kFloat);
}

at::Tensor Vqgan::encode(const at::Tensor& image) const {
  const at::Tensor z = features(image);
  if (config_.quantizer == "vq") return z;
  const at::Tensor logits = model_->quantize->proj(z);  // [B, Q, h, w]
  return lookup(logits.argmax(1));
}

at::Tensor Vqgan::quantize(const at::Tensor& z) const {
  return ops::straight_through(lookup(indices(z)), z);
}

at::Tensor Vqgan::indices(const at::Tensor& z) const {
  expect_shape(z, {-1, config_.embed_dim, -1, -1}, "z");
  return ops::nearest_code(rows_of(z), codebook()).view({z.size(0), z.size(2), z.size(3)});
}

at::Tensor Vqgan::lookup(const at::Tensor& indices) const {
  expect_shape(indices, {-1, -1, -1}, "indices");
  return torch::embedding(codebook(), indices).permute({0, 3, 1, 2});
}

at::Tensor Vqgan::decode(const at::Tensor& zq) const {
  expect_shape(zq, {-1, config_.embed_dim, -1, -1}, "zq");
  return model_->decode(zq).to(at::kFloat) * 0.5 + 0.5;
}

at::Tensor Vqgan::codebook() const { return model_->quantize->embedding->weight; }

Checkpoint vqgan_checkpoint(const VqganModelImpl& model, const VqganConfig& config,
                            at::ScalarType dtype) {
  Checkpoint checkpoint = collect_module(model, dtype);
  checkpoint.metadata["pincel.config"] = to_json(config);
  checkpoint.metadata["format"] = "pt";
  return checkpoint;
}

}  // namespace pincel
