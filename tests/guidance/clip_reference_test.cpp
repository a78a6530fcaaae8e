// SPDX-License-Identifier: MIT
#include "guidance/clip_modules.h"
#include "tests/reference/fixture.h"

namespace {

using pincel::reference::expect_close;
using pincel::reference::Fixture;

pincel::ClipModel model_of(const Fixture& fixture) {
  pincel::ClipModel model(pincel::ClipConfig::from_json(fixture.config, fixture.weights.source));
  pincel::load_module(*model, fixture.weights);
  model->eval();
  return model;
}

}  // namespace

TEST_CASE("every CLIP embeds pictures and words as the published packages do",
          "[reference][clip]") {
  const std::string name = GENERATE("clip_vit", "clip_resnet", "clip_vit_erf", "clip_resnet_erf");
  const Fixture fixture = pincel::reference::read_fixture(name);
  auto model = model_of(fixture);
  const auto side = model->config.image_size;

  const auto image =
      pincel::reference::probe(fixture, 2 * fixture.input({2, 3, side, side}),
                               [&](const at::Tensor& x) { return model->embed_image(x); });
  expect_close(fixture, "image_embedding", image.output);
  expect_close(fixture, "image_gradient", image.gradient);
  expect_close(fixture, "text_embedding", model->embed_text(fixture.at("ids")));
}

TEST_CASE("what stands after the end of a text changes nothing", "[reference][clip]") {
  const Fixture fixture = pincel::reference::read_fixture("clip_vit_erf");
  auto model = model_of(fixture);
  const at::Tensor row = fixture.at("ids").slice(0, 2, 3);  // six places of padding
  const at::Tensor cut = row.slice(1, 0, row.size(1) - 6);
  CHECK(pincel::reference::largest_difference(model->embed_text(cut),
                                              fixture.at("text_embedding").slice(0, 2, 3)) <
        pincel::reference::kTolerance);
}

TEST_CASE("a CLIP says which activation it has, and it matters", "[reference][clip]") {
  Fixture fixture = pincel::reference::read_fixture("clip_vit");
  auto config = pincel::ClipConfig::from_json(fixture.config, "clip_vit");
  REQUIRE(config.activation == pincel::Activation::quick);
  config.set_activation(pincel::Activation::gelu);
  fixture.config = config.to_json();
  auto model = model_of(fixture);
  const auto ours = model->embed_text(fixture.at("ids"));
  CHECK(pincel::reference::largest_difference(ours, fixture.at("text_embedding")) > 1e-3);
}
