// SPDX-License-Identifier: MIT
// VQGANs as taming-transformers and latent-diffusion publish them (reference/make_public_models.py)
// give what those packages give.
#include <torch/torch.h>

#include "core/checkpoint.h"
#include "generator/vqgan.h"
#include "generator/vqgan_names.h"
#include "tests/reference/public_models.h"
#include "tests/temporary_folder.h"

namespace pincel::public_vqgan_test {
namespace {

using reference::kPublic;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("public VQGANs encode and decode as their own packages do") {
  const torch::NoGradGuard no_grad;
  for (const std::string name :
       {"taming/last.ckpt", "gumbel_transformer/coco.ckpt", "latent_diffusion_noattn/model.ckpt"}) {
    INFO(name);
    const Vqgan vqgan = Vqgan::load(kPublic / name, at::Device(at::kCPU));
    const auto expected =
        open_checkpoint((kPublic / name).parent_path() / "expected.safetensors").tensors;
    const auto latent = vqgan.features(expected.at("image") * 0.5 + 0.5);
    CHECK((latent - expected.at("latent")).abs().max().item<double>() < 1e-4);
    const auto decoded = vqgan.decode(vqgan.lookup(expected.at("codes"))) * 2 - 1;
    CHECK((decoded - expected.at("decoded")).abs().max().item<double>() < 2e-4);
  }
}

TEST_CASE("losses and optimisers beside a VQGAN are left aside") {
  const Checkpoint vqgan = public_vqgan(kPublic / "taming/last.ckpt");
  for (const auto& [name, tensor] : vqgan.tensors) CHECK(!has(name, "loss"));
}

TEST_CASE("what is no VQGAN is refused by what it is") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::map<std::string, at::Tensor>& tensors) {
    Checkpoint checkpoint;
    checkpoint.tensors = tensors;
    write_checkpoint(folder / "m", checkpoint);
    return refusal(ExitCode::bad_data, [&] { public_vqgan(folder / "m"); });
  };
  const auto one = torch::ones({2, 2});
  CHECK(has(refused({{"visual.proj", one}}), "holds no VQGAN"));
  CHECK(has(refused({{"decoder.conv_in.weight", one}}), "without codes"));
  CHECK(has(refused({{"quantize.used", one}}), "remapped"));
  CHECK(has(refused({{"quantize.embedding.cluster_size", one}}), "moving average"));
}

}  // namespace
}  // namespace pincel::public_vqgan_test
