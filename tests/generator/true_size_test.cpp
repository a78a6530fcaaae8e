// SPDX-License-Identifier: MIT
// A public VQGAN at its true size (tests/reference/true_size.sh), hidden since it needs gigabytes.
#include <torch/torch.h>

#include <cstdlib>
#include <iostream>

#include "core/checkpoint.h"
#include "generator/vqgan.h"
#include "tests/temporary_folder.h"

namespace pincel {
namespace {

double difference(const at::Tensor& own, const at::Tensor& expected) {
  return (own - expected).abs().max().item<double>();
}

TEST_CASE("a public VQGAN of its true size does what its own package does", "[.][true_size]") {
  const char* given = std::getenv("PINCEL_TRUE_SIZE");
  if (given == nullptr) SKIP("PINCEL_TRUE_SIZE names no folder of tests/reference/true_size.py");
  const std::filesystem::path folder = given;
  const Vqgan vqgan = Vqgan::load(folder / "model.ckpt", at::Device(at::kCPU));
  const auto expected = open_checkpoint(folder / "expected.safetensors").tensors;
  const auto latent = vqgan.features(expected.at("image") * 0.5 + 0.5);
  const auto codes = vqgan.lookup(expected.at("codes")).detach().requires_grad_(true);
  const auto decoded = vqgan.decode(codes) * 2 - 1;
  const auto gradient = torch::autograd::grad({(decoded * expected.at("probe")).sum()}, {codes})[0];
  const double of_latent = difference(latent, expected.at("latent"));
  const double of_picture = difference(decoded.detach(), expected.at("decoded"));
  // Relative to the largest, since random weights may have any.
  const double largest = expected.at("latent_gradient").abs().max().item<double>();
  const double of_gradient = difference(gradient, expected.at("latent_gradient")) / largest;
  std::cout << fmt::format("| {} | VQGAN | {:.1e} | {:.1e} | {:.1e} |\n",
                           folder.filename().string(), of_latent, of_picture, of_gradient);
  CHECK(of_latent < 1e-4);
  CHECK(of_picture < 1e-4);
  CHECK(of_gradient < 1e-4);
}

}  // namespace
}  // namespace pincel
