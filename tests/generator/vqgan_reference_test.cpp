// SPDX-License-Identifier: MIT
#include <cmath>

#include "generator/discriminator.h"
#include "generator/vqgan.h"
#include "generator/vqgan_modules.h"
#include "tests/reference/fixture.h"

namespace {

using pincel::reference::expect_close;
using pincel::reference::Fixture;
using pincel::reference::probe;
using pincel::reference::read_fixture;

struct Pair {
  std::shared_ptr<pincel::VqganModelImpl> model;
  pincel::Vqgan vqgan;
};

Pair vqgan_of(const Fixture& fixture) {
  const auto config = pincel::vqgan_config_of(fixture.weights);
  auto model = std::make_shared<pincel::VqganModelImpl>(config);
  pincel::load_module(*model, fixture.weights);
  return {model, pincel::Vqgan(config, model)};
}

at::Tensor image_for(const Fixture& fixture, const Pair& pair) {
  const at::Tensor& codes = fixture.at("indices");  // [2, h, w]
  const auto factor = pair.vqgan.factor();
  return fixture.input({2, 3, codes.size(1) * factor, codes.size(2) * factor});
}

// Tensor number i in order of construction, element n: 0.1 sin(0.37 n + i), norms' scales plus 1.
void fill_with_waves(torch::nn::Module& module, const std::vector<std::string>& order) {
  torch::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  REQUIRE(order.size() == parameters.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    at::Tensor& tensor = parameters[order[i]];
    auto wave = torch::arange(tensor.numel(), torch::kFloat64) * 0.37 + static_cast<double>(i);
    wave = 0.1 * wave.sin();
    if (order[i].find("norm") != std::string::npos && order[i].ends_with("weight")) wave += 1;
    tensor.copy_(wave.view(tensor.sizes()));
  }
}

void add_layers(std::vector<std::string>& order, const std::string& prefix,
                std::initializer_list<const char*> layers) {
  for (const std::string layer : layers) {
    order.push_back(prefix + layer + ".weight");
    order.push_back(prefix + layer + ".bias");
  }
}

at::Tensor waves(double step, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const auto length : shape) count *= length;
  return (torch::arange(count, torch::kFloat64) * step).sin().to(torch::kFloat).view(shape);
}

void expect_fingerprint(const at::Tensor& output, double sum, double absolute,
                        const std::vector<double>& first) {
  // Hundreds of numbers are summed: float32 and float64 differ by 4e-4 here in Python, too.
  CHECK(output.sum().item<double>() == Approx(sum).margin(1.5e-3));
  CHECK(output.abs().sum().item<double>() == Approx(absolute).margin(1.5e-3));
  const at::Tensor flat = output.flatten();
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(flat[static_cast<std::int64_t>(i)].item<double>() == Approx(first[i]).margin(1e-5));
  }
}

pincel::VqganConfig small_config() {
  pincel::VqganConfig config;
  config.ch = 32;
  config.ch_mult = {1, 2};
  config.num_res_blocks = 1;
  config.attn_resolutions = {8};
  config.resolution = 16;
  config.z_channels = 8;
  return config;
}

}  // namespace

TEST_CASE("every VQGAN encodes and decodes as taming's does", "[reference][vqgan]") {
  const std::string name =
      GENERATE("vqgan_f2", "vqgan_f8_plain", "vqgan_f16", "vqgan_gumbel", "vq_f4", "vq_f8");
  const Fixture fixture = read_fixture(name);
  auto pair = vqgan_of(fixture);
  const at::Tensor image = image_for(fixture, pair);

  const auto encoded =
      probe(fixture, image, [&](const at::Tensor& x) { return pair.model->encode(x); });
  expect_close(fixture, "latent", encoded.output);
  expect_close(fixture, "image_gradient", encoded.gradient);
  expect_close(fixture, "latent", pair.vqgan.features((image + 1) / 2));

  const at::Tensor codes = pair.vqgan.lookup(fixture.at("indices"));
  if (pair.vqgan.config().quantizer == "vq") {
    CHECK(pair.vqgan.indices(fixture.at("latent")).equal(fixture.at("indices")));
  } else {
    CHECK(pair.vqgan.encode((image + 1) / 2).equal(codes));
  }
  const auto decoded =
      probe(fixture, codes, [&](const at::Tensor& zq) { return pair.model->decode(zq); });
  expect_close(fixture, "decoded", decoded.output);
  expect_close(fixture, "codes_gradient", decoded.gradient);
  expect_close(fixture, "decoded", pair.vqgan.decode(codes) * 2 - 1);
}

TEST_CASE("the gradient passes straight through the codes as in taming", "[reference][vqgan]") {
  const std::string name = GENERATE("vqgan_f2", "vqgan_f8_plain", "vqgan_f16", "vq_f4", "vq_f8");
  const Fixture fixture = read_fixture(name);
  auto pair = vqgan_of(fixture);
  const auto trip = probe(fixture, image_for(fixture, pair), [&](const at::Tensor& x) {
    return pair.model->decode(pair.vqgan.quantize(pair.model->encode(x)));
  });
  expect_close(fixture, "trip", trip.output);
  expect_close(fixture, "trip_gradient", trip.gradient);
}

TEST_CASE("the shape of a VQGAN can be read off its tensors", "[reference][vqgan]") {
  const std::string name =
      GENERATE("vqgan_f2", "vqgan_f8_plain", "vqgan_f16", "vqgan_gumbel", "vq_f4", "vq_f8");
  Fixture fixture = read_fixture(name);
  const auto stated = pincel::vqgan_config_of(fixture.weights);
  fixture.weights.metadata.clear();
  const auto guessed = pincel::vqgan_config_of(fixture.weights);
  CHECK(guessed.quantizer == stated.quantizer);
  CHECK(guessed.n_embed == stated.n_embed);
  CHECK(guessed.embed_dim == stated.embed_dim);
  CHECK(guessed.ch_mult == stated.ch_mult);
  CHECK(guessed.num_res_blocks == stated.num_res_blocks);
  CHECK(guessed.z_channels == stated.z_channels);
  for (std::int64_t level = 0; level < stated.levels(); ++level) {
    CHECK(guessed.has_attention(level) == stated.has_attention(level));
  }
}

TEST_CASE("the patch discriminator judges as taming's does", "[reference][vqgan]") {
  const std::string name = GENERATE("discriminator_2", "discriminator_3");
  const Fixture fixture = read_fixture(name);
  const auto shape = nlohmann::json::parse(fixture.config);
  pincel::Discriminator model(pincel::DiscriminatorConfig{
      .in_channels = 3, .width = shape.at("width"), .layers = shape.at("layers")});
  pincel::load_module(*model, fixture.weights);
  const at::Tensor image = fixture.input({3, 3, 48, 40});
  const auto judge = [&](const at::Tensor& x) { return model->forward(x); };

  model->eval();
  const auto judged = probe(fixture, image, judge);
  expect_close(fixture, "score", judged.output);
  expect_close(fixture, "gradient", judged.gradient);
  model->train();
  const auto trained = probe(fixture, image, judge);
  expect_close(fixture, "trained_score", trained.output);
  expect_close(fixture, "trained_gradient", trained.gradient);
  const auto buffers = model->named_buffers();
  expect_close(fixture, "running_mean", buffers["main.3.running_mean"]);
  expect_close(fixture, "running_var", buffers["main.3.running_var"]);
}

TEST_CASE("a small encoder and decoder give the published fingerprint", "[reference][vqgan]") {
  torch::NoGradGuard no_grad;
  const auto block = {"norm1", "conv1", "norm2", "conv2"};
  const auto wider = {"norm1", "conv1", "norm2", "conv2", "nin_shortcut"};
  const auto attention = {"norm", "q", "k", "v", "proj_out"};
  const auto middle = [&](std::vector<std::string>& order) {
    add_layers(order, "mid.block_1.", block);
    add_layers(order, "mid.attn_1.", attention);
    add_layers(order, "mid.block_2.", block);
  };
  SECTION("decoder") {
    pincel::VqganDecoder decoder(small_config());
    std::vector<std::string> order;
    add_layers(order, "", {"conv_in"});
    middle(order);
    add_layers(order, "up.0.block.0.", wider);
    add_layers(order, "up.0.block.1.", block);
    add_layers(order, "up.1.block.0.", block);
    add_layers(order, "up.1.block.1.", block);
    add_layers(order, "up.1.attn.0.", attention);
    add_layers(order, "up.1.attn.1.", attention);
    add_layers(order, "up.1.", {"upsample.conv"});
    add_layers(order, "", {"norm_out", "conv_out"});
    fill_with_waves(*decoder, order);
    expect_fingerprint(decoder->forward(waves(0.11, {1, 8, 8, 8})), 11.375117, 269.335974,
                       {-0.312372, -0.422164, -0.487805, -0.489825});
  }
  SECTION("encoder") {
    pincel::VqganEncoder encoder(small_config());
    std::vector<std::string> order;
    add_layers(order, "", {"conv_in"});
    add_layers(order, "down.0.block.0.", block);
    add_layers(order, "down.0.", {"downsample.conv"});
    add_layers(order, "down.1.block.0.", wider);
    add_layers(order, "down.1.attn.0.", attention);
    middle(order);
    add_layers(order, "", {"norm_out", "conv_out"});
    fill_with_waves(*encoder, order);
    expect_fingerprint(encoder->forward(waves(0.05, {1, 3, 16, 16})), 21.854111, 109.603051,
                       {-0.244464, -0.298529, -0.312783, -0.339320});
  }
}
