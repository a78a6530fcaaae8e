// SPDX-License-Identifier: MIT
#include "generator/random_codes.h"

#include <torch/torch.h>

#include <memory>

#include "core/random.h"
#include "generator/vqgan.h"

namespace pincel {

ThroughGenerator random_codes_through(const std::filesystem::path& vqgan, double largest_share,
                                      std::uint64_t seed, const at::Device& device) {
  const auto model = std::make_shared<Vqgan>(Vqgan::load(vqgan, device));
  auto generator = make_generator(seed, "random codes");
  return [model, largest_share, generator](const at::Tensor& images) mutable {
    const torch::NoGradGuard no_grad;
    const auto codes = model->indices(model->encode(images));
    const auto share = largest_share * torch::rand({codes.size(0), 1, 1}, generator);
    const auto hit = (torch::rand(codes.sizes(), generator) < share).to(codes.device());
    const auto random =
        torch::randint(model->config().n_embed, codes.sizes(), generator, torch::kLong);
    return model->decode(model->lookup(torch::where(hit, random.to(codes.device()), codes)));
  };
}

}  // namespace pincel
