// SPDX-License-Identifier: MIT
// A public VQGAN at its true size (tests/reference/true_size.sh), hidden since it needs gigabytes.
#include "tests/reference/true_size.h"

#include <torch/torch.h>

#include <cstdlib>
#include <iostream>

#include "core/checkpoint.h"
#include "generator/vqgan.h"
#include "tests/temporary_folder.h"

namespace pincel::true_size_test {
namespace {

using reference::Clock;
using reference::difference;
using reference::peak_megabytes;
using reference::seconds_since;

TEST_CASE("a public VQGAN of its true size does what its own package does",
          "[.][true_size_model]") {
  const char* given = std::getenv("PINCEL_TRUE_SIZE_MODEL");
  if (given == nullptr)
    SKIP("PINCEL_TRUE_SIZE_MODEL names no folder of tests/reference/true_size.py");
  const std::filesystem::path folder = given;
  const long before = peak_megabytes();
  const auto start = Clock::now();
  const bool is_file = std::filesystem::exists(folder / "model.ckpt");  // DALL-E's are two
  const Vqgan vqgan = Vqgan::load(is_file ? folder / "model.ckpt" : folder, at::Device(at::kCPU));
  const double seconds = seconds_since(start);
  const long megabytes = peak_megabytes() - before;
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
  std::cout << fmt::format("| {} | VQGAN | {:.1e} | {:.1e} | {:.1e} | {:.2f} s | {} MB |\n",
                           folder.filename().string(), of_latent, of_picture, of_gradient, seconds,
                           megabytes);
  CHECK(of_latent < 1e-4);
  CHECK(of_picture < 1e-4);
  CHECK(of_gradient < 1e-4);
}

}  // namespace
}  // namespace pincel::true_size_test
