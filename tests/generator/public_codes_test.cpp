// SPDX-License-Identifier: MIT
// DALL-E's autoencoder and ruDALL-E's VQGANs as they are published (reference/make_public_codes.py)
// give what their own packages give, with gradients.
#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/random.h"
#include "generator/drawer.h"
#include "generator/painter.h"
#include "generator/vqgan.h"
#include "generator/vqgan_modules.h"
#include "generator/vqgan_names.h"
#include "tests/generator/tiny_models.h"
#include "tests/reference/fixture.h"
#include "tests/reference/public_models.h"
#include "tests/temporary_folder.h"

namespace pincel::public_codes_test {
namespace {

namespace fs = std::filesystem;
using reference::expect_close;
using reference::Fixture;
using reference::largest_difference;
using reference::probe;
using reference::read_fixture;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const fs::path kDalle = reference::kPublic / "dalle";
const at::Device kCpu(at::kCPU);

Fixture dalle_fixture() {
  Fixture fixture;
  fixture.seed = "dalle";
  fixture.weights.source = "dalle";
  fixture.expectation = open_checkpoint(kDalle / "expected.safetensors");
  return fixture;
}

TEST_CASE("DALL-E's autoencoder computes what dall_e does", "[reference]") {
  const Fixture fixture = dalle_fixture();
  const Vqgan vqgan = Vqgan::load(kDalle, kCpu);
  CHECK(vqgan.is_one_hot());
  CHECK(vqgan.factor() == 8);
  const auto encoded = probe(fixture, fixture.at("image"),
                             [&](const at::Tensor& image) { return vqgan.encode(image); });
  expect_close(fixture, "latent", encoded.output);
  expect_close(fixture, "image_gradient", encoded.gradient);
  CHECK(torch::equal(vqgan.indices(encoded.output), fixture.at("codes")));
  const auto decoded = probe(fixture, vqgan.lookup(fixture.at("codes")),
                             [&](const at::Tensor& zq) { return vqgan.decode(zq); });
  expect_close(fixture, "decoded", decoded.output);
  expect_close(fixture, "codes_gradient", decoded.gradient);
}

TEST_CASE("a draw of codes has the gradient of a straight-through Gumbel softmax", "[reference]") {
  const Fixture fixture = dalle_fixture();
  const Vqgan vqgan = Vqgan::load(kDalle, kCpu);
  const auto drawn = probe(fixture, fixture.at("logits"), [&](const at::Tensor& logits) {
    return vqgan.decode(vqgan.quantize(logits / 0.75 + fixture.at("noise")));
  });
  expect_close(fixture, "drawn", drawn.output);
  const auto& wanted = fixture.at("logits_gradient");
  CHECK(largest_difference(drawn.gradient, wanted) < 1e-4 * wanted.abs().max().item<double>());
}

TEST_CASE("DALL-E's autoencoder comes back from its own safetensors") {
  const TemporaryFolder folder;
  Checkpoint checkpoint = public_vqgan(kDalle);
  checkpoint.metadata = {{"pincel.config", to_json(vqgan_config_of(checkpoint))}};
  write_checkpoint(folder / "m", checkpoint);
  const auto codes = dalle_fixture().at("codes");
  const Vqgan first = Vqgan::load(kDalle, kCpu), second = Vqgan::load(folder / "m", kCpu);
  CHECK(torch::equal(first.decode(first.lookup(codes)), second.decode(second.lookup(codes))));
}

TEST_CASE("DALL-E's decoder draws alone, but sees nothing") {
  CHECK(Vqgan::load(kDalle / "decoder.pkl", kCpu).encodes());  // the encoder lies beside it
  const TemporaryFolder folder;
  fs::copy(kDalle / "decoder.pkl", folder / "decoder.pkl");
  const Vqgan vqgan = Vqgan::load(folder / "decoder.pkl", kCpu);
  const Fixture fixture = dalle_fixture();
  expect_close(fixture, "decoded", vqgan.decode(vqgan.lookup(fixture.at("codes"))));
  CHECK_FALSE(vqgan.encodes());
  CHECK(has(refusal(ExitCode::missing_input, [&] { vqgan.encode(fixture.at("image")); }),
            "decoder alone"));
}

TEST_CASE("what is no half of DALL-E's autoencoder is refused") {
  CHECK(has(refusal(ExitCode::bad_data, [] { public_vqgan(kDalle / "encoder.pkl"); }),
            "is not DALL-E's decoder"));
  const TemporaryFolder folder;
  fs::copy(kDalle / "decoder.pkl", folder / "decoder.pkl");
  fs::copy(kDalle / "decoder.pkl", folder / "encoder.pkl");
  CHECK(has(refusal(ExitCode::bad_data, [&] { public_vqgan(folder.path()); }),
            "is not DALL-E's encoder"));
}

TEST_CASE("one-hot codes are drawn by chance in a step, and never outside of it") {
  const Canvas canvas{.height = 20,
                      .width = 28,
                      .device = kCpu,
                      .vqgan = std::make_shared<Vqgan>(Vqgan::load(kDalle, kCpu))};
  const auto& entry = find(drawers(), "vqgan", "drawer");
  const auto drawer = entry.make(entry.options(), canvas);
  std::vector<at::Generator> generators{make_generator(1, "init")};
  drawer->start_from_noise(generators);
  const auto calm = drawer->render();
  CHECK(calm.sizes() == at::IntArrayRef({1, 3, 20, 28}));
  CHECK(torch::equal(calm, drawer->render()));
  drawer->begin_step(generators);
  const auto one = drawer->render();
  CHECK_FALSE(torch::equal(calm, one));
  drawer->begin_step(generators);
  const auto other = drawer->render();
  CHECK_FALSE(torch::equal(one, other));
  other.square().sum().backward();
  CHECK(drawer->parameters()[0].tensor.grad().isfinite().all().item<bool>());
  CHECK(drawer->parameters()[0].tensor.grad().abs().sum().item<double>() > 0);
  drawer->project();
  CHECK(torch::equal(calm, drawer->render()));
}

TEST_CASE("a drawer of one-hot codes starts from the codes of a picture") {
  const auto vqgan = std::make_shared<Vqgan>(Vqgan::load(kDalle, kCpu));
  const auto image = dalle_fixture().at("image").slice(0, 0, 1);  // 24 x 32
  const Canvas canvas{.height = 24, .width = 32, .device = kCpu, .vqgan = vqgan};
  const auto& entry = find(drawers(), "vqgan", "drawer");
  const auto drawer = entry.make(entry.options(), canvas);
  drawer->start_from(image);
  const auto seen = vqgan->decode(vqgan->quantize(vqgan->encode(image))).clamp(0, 1);
  CHECK(torch::equal(drawer->render(), seen));
}

TEST_CASE("one-hot codes are painted, from the decoder alone as well") {
  const TemporaryFolder folder;
  fs::copy(kDalle / "decoder.pkl", folder / "decoder.pkl");
  for (const fs::path& path : {kDalle, folder / "decoder.pkl"}) {
    PainterModels models = tiny_models();
    models.prior = nullptr;
    models.vqgan = std::make_shared<Vqgan>(Vqgan::load(path, kCpu));
    PaintOptions options = tiny_painting();
    options.prior = 0;
    Painter painter(options, models), again(options, models);
    while (!painter.done()) {
      painter.step();
      again.step();
    }
    CHECK(std::isfinite(painter.take_reports().back().loss));
    CHECK(painter.pictures().sizes() == at::IntArrayRef({1, 3, 66, 70}));
    CHECK(torch::equal(painter.pictures(), again.pictures()));
  }
}

TEST_CASE("ruDALL-E's VQGANs compute what rudalle does, at twice the size as well", "[reference]") {
  const bool is_double = GENERATE(false, true);
  const Fixture fixture = read_fixture(is_double ? "rudalle_dwt" : "rudalle");
  Checkpoint published = fixture.weights;
  published.metadata.clear();
  if (is_double) {
    for (const char* filter : {"g0_col", "g1_col", "g0_row", "g1_row"}) {
      published.tensors[std::string("model.decoder.idwt.") + filter] = torch::ones({1, 1, 2, 1});
    }
  }
  const TemporaryFolder folder;
  write_checkpoint(folder / "model.ckpt", published);
  const Vqgan vqgan = Vqgan::load(folder / "model.ckpt", kCpu);
  CHECK(vqgan.factor() == (is_double ? 4 : 2));
  const auto encoded = probe(fixture, fixture.input({2, 3, 16, 24}), [&](const at::Tensor& image) {
    const auto given = image / 2 + 0.5;
    return vqgan.features(is_double ? at::upsample_nearest2d(given, {32, 48}) : given);
  });
  expect_close(fixture, "latent", encoded.output);
  expect_close(fixture, "image_gradient", encoded.gradient);
  const auto codes = vqgan.lookup(fixture.at("indices"));
  const auto image = fixture.input({2, 3, 16, 24}) / 2 + 0.5;
  CHECK(torch::equal(vqgan.encode(is_double ? at::upsample_nearest2d(image, {32, 48}) : image),
                     codes));
  const auto decoded =
      probe(fixture, codes, [&](const at::Tensor& zq) { return vqgan.decode(zq) * 2 - 1; });
  expect_close(fixture, "decoded", decoded.output);
  expect_close(fixture, "codes_gradient", decoded.gradient);
}

TEST_CASE("a double-resolution VQGAN comes back from its own safetensors") {
  const Fixture fixture = read_fixture("rudalle_dwt");
  const TemporaryFolder folder;
  Checkpoint published = fixture.weights;
  published.metadata.clear();
  write_checkpoint(folder / "a", published);
  Checkpoint own = public_vqgan(folder / "a");
  own.metadata = {{"pincel.config", to_json(vqgan_config_of(own))}};
  write_checkpoint(folder / "b", own);
  const Vqgan vqgan = Vqgan::load(folder / "b", kCpu);
  const auto decoded = vqgan.decode(vqgan.lookup(fixture.at("indices")));
  CHECK(largest_difference(decoded * 2 - 1, fixture.at("decoded")) < 1e-4);
}

}  // namespace
}  // namespace pincel::public_codes_test
