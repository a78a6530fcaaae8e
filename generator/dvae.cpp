// SPDX-License-Identifier: MIT
#include "generator/dvae.h"

#include <torch/torch.h>

#include "core/error.h"
#include "core/ops/straight_through.h"
#include "generator/dvae_modules.h"
#include "generator/vqgan_config.h"

namespace pincel {
namespace {

class OneHotCodes : public CodeModel {
 public:
  OneHotCodes(std::shared_ptr<DvaeModelImpl> model, const VqganConfig& config, std::string source)
      : model_(std::move(model)), codes_(config.n_embed), source_(std::move(source)) {
    model_->eval();
    for (auto& parameter : model_->parameters()) parameter.requires_grad_(false);
  }

  at::Tensor features(const at::Tensor& image) const override {
    require(!model_->encoder.is_empty(), ExitCode::missing_input,
            "{}: is DALL-E's decoder alone, which sees no pictures; put encoder.pkl beside it",
            source_);
    return model_->encode(image).to(at::kFloat);
  }
  at::Tensor encode(const at::Tensor& image) const override { return features(image); }

  // One-hot at the largest logit; backward as if it had been the softmax (Jang et al. 2017).
  at::Tensor quantize(const at::Tensor& z) const override {
    return ops::straight_through(lookup(indices(z)), torch::softmax(z, 1));
  }
  at::Tensor indices(const at::Tensor& z) const override { return z.argmax(1); }
  at::Tensor lookup(const at::Tensor& indices) const override {
    const auto place = indices.unsqueeze(1);  // [B, 1, h, w]
    return torch::zeros({indices.size(0), codes_, indices.size(1), indices.size(2)},
                        indices.options().dtype(at::kFloat))
        .scatter_(1, place, 1.0);
  }
  at::Tensor decode(const at::Tensor& zq) const override { return model_->decode(zq); }
  at::Tensor codebook() const override {
    return torch::eye(codes_, torch::TensorOptions().device(device()));
  }
  at::Device device() const override { return model_->decoder->input->w.device(); }

 private:
  std::shared_ptr<DvaeModelImpl> model_;
  std::int64_t codes_;
  std::string source_;
};

}  // namespace

std::unique_ptr<CodeModel> make_dvae_codes(std::shared_ptr<DvaeModelImpl> model,
                                           const VqganConfig& config, const std::string& source) {
  return std::make_unique<OneHotCodes>(std::move(model), config, source);
}

}  // namespace pincel
