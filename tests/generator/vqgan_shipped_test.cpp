// SPDX-License-Identifier: MIT
#include "generator/vqgan.h"
#include "tests/reference/shipped.h"

TEST_CASE("the shipped VQGANs encode and decode as taming does with the same files",
          "[reference][vqgan][shipped]") {
  const auto shipped = pincel::reference::shipped_files("generator", "vqgan");
  if (shipped.empty()) SKIP("no VQGAN is shipped yet");
  const auto theirs = pincel::reference::shipped_outputs();
  for (const auto& path : shipped) {
    const std::string name = pincel::reference::shipped_name(theirs, path);
    const auto vqgan = pincel::Vqgan::load(path, at::kCPU);
    const auto image =
        pincel::reference::waves({1, 3, 4 * vqgan.factor(), 6 * vqgan.factor()}, 0.0021);
    torch::NoGradGuard no_grad;
    pincel::reference::expect_same(theirs, name + ":latent", vqgan.features(image));
    const auto codes = vqgan.lookup(theirs.tensors.at(name + ":codes"));
    pincel::reference::expect_same(theirs, name + ":decoded", vqgan.decode(codes) * 2 - 1);
  }
}
