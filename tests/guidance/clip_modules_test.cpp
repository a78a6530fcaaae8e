// SPDX-License-Identifier: MIT
#include "guidance/clip_modules.h"

#include <torch/torch.h>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::clip_modules_test {
namespace {

ResidualAttentionBlock random_block() {
  ResidualAttentionBlock block(
      TransformerBlockConfig{.width = 32, .heads = 4, .mlp_width = 64, .causal = false});
  auto generator = make_generator(1, "block");
  const torch::NoGradGuard no_grad;
  for (auto& parameter : block->parameters()) {
    parameter.normal_(0, 0.2, generator);
    parameter.requires_grad_(false);
  }
  return block;
}

at::Tensor random_tokens() {
  auto generator = make_generator(2, "tokens");
  return torch::randn({3, 10, 32}, generator);
}

TEST_CASE("the first token alone is the first of all") {
  auto block = random_block();
  const auto x = random_tokens();
  const auto all = block->forward(x).select(1, 0);
  CHECK((block->first_token(x) - all).abs().max().item<double>() < 1e-5);
}

TEST_CASE("attention in bfloat16 has the gradient of that in float32") {
  auto block = random_block();
  const auto gradient = [&](at::ScalarType dtype) {
    auto x = random_tokens().requires_grad_(true);
    const Autocast autocast(at::Device(at::kCPU), dtype);
    block->forward(x).to(at::kFloat).square().sum().backward();
    return x.grad().flatten();
  };
  const auto cosine =
      torch::cosine_similarity(gradient(at::kBFloat16), gradient(at::kFloat), 0).item<double>();
  CHECK(cosine > 0.999);
}

TEST_CASE("patches are what the convolution makes of them, without what is left over") {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(3, 5, 4).stride(4));
  auto generator = make_generator(3, "picture");
  const auto image = torch::rand({2, 3, 13, 10}, generator);
  const auto expected = conv(image).flatten(2).transpose(1, 2);
  const auto found = embed_patches(conv, image);
  REQUIRE(found.sizes() == expected.sizes());
  CHECK((found - expected).abs().max().item<double>() < 1e-5);
}

}  // namespace
}  // namespace pincel::clip_modules_test
