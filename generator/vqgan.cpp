// SPDX-License-Identifier: MIT
#include "generator/vqgan.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/ops/nearest_code.h"
#include "core/ops/straight_through.h"
#include "core/tensor.h"
#include "core/unfilled.h"
#include "generator/code_model.h"
#include "generator/dvae.h"
#include "generator/dvae_modules.h"
#include "generator/vqgan_modules.h"
#include "generator/vqgan_names.h"
#include "generator/vqgan_yaml.h"
#include "guidance/product_weights.h"

namespace pincel {
namespace {

constexpr double kLargestLogit = 16;  // far above any choice among a million codes

// [B, D, h, w] -> [B * h * w, D]
at::Tensor rows_of(const at::Tensor& z) { return z.permute({0, 2, 3, 1}).reshape({-1, z.size(1)}); }

void expect_whole_cells(const at::Tensor& image, std::int64_t factor) {
  expect_image(image);
  TORCH_CHECK(image.size(2) % factor == 0 && image.size(3) % factor == 0, "image is ",
              image.sizes(), ", expected sides that are multiples of ", factor);
}

// taming's networks: codes are rows of a table.
class TableCodes : public CodeModel {
 public:
  TableCodes(std::shared_ptr<VqganModelImpl> model, const VqganConfig& config)
      : model_(std::move(model)), config_(config), products_(products_of(*model_)) {
    model_->eval();
    for (auto& parameter : model_->parameters()) parameter.requires_grad_(false);
  }

  // Behind a wavelet, codes describe a picture of half the sides.
  at::Tensor features(const at::Tensor& image) const override {
    const at::Tensor seen = config_.wavelet ? torch::avg_pool2d(image, 2) : image;
    const auto precision = low_precision();
    return model_->encode(seen * 2 - 1).to(at::kFloat);
  }
  at::Tensor encode(const at::Tensor& image) const override {
    const at::Tensor z = features(image);
    if (config_.quantizer == "vq") return z;
    const auto precision = low_precision();
    const at::Tensor logits = model_->quantize->proj(z);  // [B, Q, h, w]
    return lookup(logits.argmax(1));
  }
  at::Tensor quantize(const at::Tensor& z) const override {
    return ops::straight_through(lookup(indices(z)), z);
  }
  at::Tensor indices(const at::Tensor& z) const override {
    return ops::nearest_code(rows_of(z), codebook()).view({z.size(0), z.size(2), z.size(3)});
  }
  at::Tensor lookup(const at::Tensor& indices) const override {
    return torch::embedding(codebook(), indices).permute({0, 3, 1, 2});
  }
  at::Tensor decode(const at::Tensor& zq) const override {
    const auto precision = low_precision();
    return model_->decode(zq).to(at::kFloat) * 0.5 + 0.5;
  }
  at::Tensor codebook() const override { return model_->quantize->embedding->weight; }
  at::Device device() const override { return codebook().device(); }

 private:
  // What products with the weights want; null where those are in float32.
  std::unique_ptr<Autocast> low_precision() const {
    return products_ == at::kFloat ? nullptr : std::make_unique<Autocast>(device(), products_);
  }

  std::shared_ptr<VqganModelImpl> model_;
  VqganConfig config_;
  at::ScalarType products_;
};

}  // namespace

Vqgan Vqgan::load(const std::filesystem::path& path, const at::Device& device, Edges edges,
                  at::ScalarType products) {
  Checkpoint checkpoint = public_vqgan(path);
  const VqganConfig config = checked_vqgan_config(checkpoint);
  require(config.in_channels == 3 && config.out_ch == (config.wavelet ? 12 : 3), ExitCode::bad_data,
          "{}: sees {} channels and draws {}, expected pictures of 3", checkpoint.source,
          config.in_channels, config.out_ch);
  if (config.quantizer == "one-hot") {
    require(
        edges == Edges::plain, ExitCode::bad_value,
        "{}: DALL-E's codes cannot be drawn with edges that meet; --filter.tiler.seamless false",
        checkpoint.source);
    const std::string source = checkpoint.source;
    const auto model = unfilled<DvaeModelImpl>(config);
    load_module(*model, std::move(checkpoint));
    model->to(device);
    return {config, std::shared_ptr<const CodeModel>(make_dvae_codes(model, config, source))};
  }
  auto model = unfilled<VqganModelImpl>(config);
  keep_vqgan_products_in(*model, products);
  load_module(*model, std::move(checkpoint));
  model->to(device);
  if (edges == Edges::neighbours) join_edges(*model->decoder);
  return {config, std::move(model)};
}

// Sums of an upsampling convolution's weights are what is multiplied with: they are rounded once.
void keep_vqgan_products_in(VqganModelImpl& model, at::ScalarType products) {
  keep_products_in(model, products, "upsample.conv");
}

Vqgan::Vqgan(const VqganConfig& config, std::shared_ptr<VqganModelImpl> model)
    : Vqgan(config, std::make_shared<const TableCodes>(std::move(model), config)) {}

Vqgan::Vqgan(const VqganConfig& config, std::shared_ptr<const CodeModel> model)
    : config_(config), model_(std::move(model)) {
  if (is_one_hot()) {
    z_max_ = torch::full({1, 1, 1, 1}, kLargestLogit, torch::TensorOptions().device(device()));
    z_min_ = -z_max_;
    return;
  }
  z_min_ = std::get<0>(codebook().min(0)).view({1, -1, 1, 1});
  z_max_ = std::get<0>(codebook().max(0)).view({1, -1, 1, 1});
  deviation_ = codebook().std().item<double>();
}

at::Tensor Vqgan::features(const at::Tensor& image) const {
  expect_whole_cells(image, factor());
  return model_->features(image);
}

at::Tensor Vqgan::encode(const at::Tensor& image) const {
  expect_whole_cells(image, factor());
  return model_->encode(image);
}

at::Tensor Vqgan::quantize(const at::Tensor& z) const {
  expect_shape(z, {-1, config_.embed_dim, -1, -1}, "z");
  return model_->quantize(z);
}

at::Tensor Vqgan::indices(const at::Tensor& z) const {
  expect_shape(z, {-1, config_.embed_dim, -1, -1}, "z");
  return model_->indices(z);
}

at::Tensor Vqgan::lookup(const at::Tensor& indices) const {
  expect_shape(indices, {-1, -1, -1}, "indices");
  return model_->lookup(indices);
}

at::Tensor Vqgan::decode(const at::Tensor& zq) const {
  expect_shape(zq, {-1, config_.embed_dim, -1, -1}, "zq");
  return model_->decode(zq);
}

at::Tensor Vqgan::codebook() const { return model_->codebook(); }
at::Device Vqgan::device() const { return model_->device(); }

Checkpoint vqgan_checkpoint(const VqganModelImpl& model, const VqganConfig& config,
                            at::ScalarType dtype) {
  Checkpoint checkpoint = collect_module(model, dtype);
  checkpoint.metadata["pincel.config"] = to_json(config);
  checkpoint.metadata["format"] = "pt";
  return checkpoint;
}

}  // namespace pincel
