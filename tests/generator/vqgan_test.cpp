// SPDX-License-Identifier: MIT
#include "generator/vqgan.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/random.h"
#include "generator/codebook.h"
#include "generator/vqgan_modules.h"
#include "generator/weight_average.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::vqgan_test {
namespace {

VqganConfig small_config() {
  VqganConfig config;
  config.n_embed = 20;
  config.embed_dim = 4;
  config.ch = 32;
  config.ch_mult = {1, 2};
  config.num_res_blocks = 1;
  config.attn_resolutions = {16};
  config.resolution = 32;
  config.z_channels = 6;
  return config;
}

Vqgan small_vqgan() {
  const VqganConfig config = small_config();
  VqganModel model(config);
  model->initialise(make_generator(3, "weights"));
  return {config, model.ptr()};
}

TEST_CASE("a VQGAN's config survives JSON, and its tensors tell it as well") {
  const VqganConfig config = small_config();
  const VqganConfig read = vqgan_config_from_json(to_json(config), "test");
  CHECK(to_json(read) == to_json(config));
  VqganModel model(config);
  Checkpoint bare = collect_module(*model);
  const VqganConfig guessed = vqgan_config_of(bare);
  CHECK(guessed.ch_mult == config.ch_mult);
  CHECK(guessed.num_res_blocks == 1);
  CHECK(guessed.z_channels == 6);
  CHECK(guessed.n_embed == 20);
  CHECK_FALSE(guessed.has_attention(0));
  CHECK(guessed.has_attention(1));
}

TEST_CASE("a config that makes no model is refused with the field at fault") {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string json = to_json(small_config());
    const auto at = json.find(from);
    REQUIRE(at != std::string::npos);
    json.replace(at, from.size(), to);
    try {
      vqgan_config_from_json(json, "test");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("was not refused");
  };
  CHECK(tests::has(refused("\"ch\":32", "\"ch\":33"), "ch is 33"));
  CHECK(tests::has(refused("\"n_embed\":20", "\"n_embed\":0"), "n_embed is 0"));
  CHECK(tests::has(refused("\"n_embed\":20", "\"n_embed\":\"many\""), "n_embed"));
  CHECK(tests::has(refused("\"double_z\":false", "\"double_z\":true"), "double_z"));
  CHECK(tests::has(refused("\"kind\":\"vqgan\"", "\"kind\":\"clip\""), "'clip'"));
  CHECK(tests::has(refused("\"dropout\"", "\"drop_out\""), "did you mean 'dropout'"));
  CHECK(tests::has(refused("{", "["), "not JSON"));
}

TEST_CASE("a VQGAN saved and loaded gives the same pictures") {
  const tests::TemporaryFolder folder;
  const VqganConfig config = small_config();
  VqganModel model(config);
  model->initialise(make_generator(3, "weights"));
  const auto file = folder.path() / "vqgan.safetensors";
  write_checkpoint(file, vqgan_checkpoint(*model, config, at::kFloat));
  const Vqgan loaded = Vqgan::load(file, at::Device(at::kCPU));
  const Vqgan vqgan(config, model.ptr());
  auto generator = make_generator(4, "image");
  const at::Tensor image = torch::rand({2, 3, 16, 24}, generator);
  const at::Tensor z = vqgan.encode(image);
  CHECK(z.sizes() == at::IntArrayRef({2, 4, 8, 12}));
  CHECK(torch::equal(loaded.encode(image), z));
  const at::Tensor decoded = loaded.decode(loaded.quantize(z));
  CHECK(decoded.sizes() == image.sizes());
  CHECK(torch::equal(decoded, vqgan.decode(vqgan.quantize(z))));
}

TEST_CASE("a frozen VQGAN passes gradient to the latent and to nothing else") {
  const Vqgan vqgan = small_vqgan();
  auto generator = make_generator(5, "z");
  const at::Tensor z = torch::randn({1, 4, 6, 5}, generator).requires_grad_(true);
  const at::Tensor zq = vqgan.quantize(z);
  CHECK(torch::equal(zq, vqgan.lookup(vqgan.indices(z))));
  vqgan.decode(zq).sum().backward();
  CHECK(z.grad().abs().sum().item<double>() > 0);
  CHECK_FALSE(vqgan.codebook().requires_grad());
  CHECK((vqgan.z_min() <= vqgan.z_max()).all().item<bool>());
  CHECK(torch::equal(vqgan.indices(vqgan.lookup(vqgan.indices(z))), vqgan.indices(z)));
}

TEST_CASE("the codebook loss has taming's legacy form") {
  const at::Tensor z = torch::tensor({1.0F}).requires_grad_(true);
  const at::Tensor zq = torch::tensor({3.0F}).requires_grad_(true);
  codebook_loss(z, zq, 0.25).backward();
  CHECK(z.grad().item<double>() == Approx(-4.0));
  CHECK(zq.grad().item<double>() == Approx(1.0));
}

TEST_CASE("codes that nobody chooses move to what the encoder gives") {
  auto generator = make_generator(6, "codes");
  const at::Tensor codes = torch::randn({16, 4}, generator).requires_grad_(true);
  torch::optim::Adam adam({codes}, torch::optim::AdamOptions(0.1));
  CodebookUse use(16, at::Device(at::kCPU));
  for (int i = 0; i < 600; ++i) use.count(torch::arange(8));
  CHECK(use.share().item<double>() == Approx(0.5));
  CHECK(use.perplexity().item<double>() == Approx(8).margin(0.2));
  const at::Tensor rows = torch::full({10, 4}, 7.0F);
  const at::Tensor before = codes.detach().clone();
  const at::Tensor moved = use.revive(codes, rows, adam, generator);
  CHECK(torch::equal(moved, torch::arange(8, 16)));
  CHECK((codes.slice(0, 8) == 7).all().item<bool>());
  CHECK(torch::equal(codes.slice(0, 0, 8), before.slice(0, 0, 8)));
  CHECK(use.share().item<double>() == Approx(1.0));
}

TEST_CASE("k-means finds the middles of clusters") {
  auto generator = make_generator(7, "rows");
  const at::Tensor middles = torch::tensor({{-9.0F, 0.0F}, {9.0F, 0.0F}, {0.0F, 9.0F}});
  const at::Tensor rows = middles.repeat({100, 1}) + 0.1 * torch::randn({300, 2}, generator);
  const at::Tensor centres = k_means(rows, 12, generator);  // [12, 2]
  const at::Tensor nearest =
      (middles.unsqueeze(1) - centres.unsqueeze(0)).square().sum(2).amin(1);  // [3]
  CHECK(nearest.max().item<double>() < 0.1);
}

TEST_CASE("averaged weights follow the weights and come back from a checkpoint") {
  torch::nn::Linear layer(2, 2);
  WeightAverage average(*layer, 0.5);
  const at::Tensor before = layer->weight.detach().clone();
  {
    const torch::NoGradGuard no_grad;
    layer->weight.add_(1);
  }
  average.add(*layer, 1000);
  Checkpoint checkpoint;
  average.put(checkpoint, "average.");
  WeightAverage other(*layer, 0.5);
  other.take(checkpoint, "average.");
  other.copy_to(*layer);
  CHECK(torch::allclose(layer->weight, before + 0.5));
}

}  // namespace
}  // namespace pincel::vqgan_test
