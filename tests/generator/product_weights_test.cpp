// SPDX-License-Identifier: MIT
#include "guidance/product_weights.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/tensor.h"
#include "generator/painter.h"
#include "guidance/clip_modules.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"
#include "tests/reference/shipped.h"

namespace pincel::product_weights_test {
namespace {

const at::Device kCpu(at::kCPU);

at::Tensor drawn_and_back(const Vqgan& vqgan) {
  const Autocast autocast(kCpu, at::kBFloat16);
  auto generator = make_generator(3, "codes");
  const auto codes = torch::randint(vqgan.config().n_embed, {1, 4, 6}, generator, torch::kLong);
  const auto z = vqgan.lookup(codes).contiguous().requires_grad_(true);
  const auto picture = vqgan.decode(z);
  (picture - 0.4).square().sum().backward();
  return torch::cat({picture.detach().flatten(), z.grad().flatten()});
}

TEST_CASE("a VQGAN whose weights are kept in bfloat16 draws what Autocast draws, bit for bit") {
  const std::string file = PINCEL_SOURCE_DIR "/generator/weights/vqgan.safetensors";
  const auto plain = Vqgan::load(file, kCpu);
  const auto kept = Vqgan::load(file, kCpu, Edges::plain, at::kBFloat16);
  CHECK(torch::equal(drawn_and_back(plain), drawn_and_back(kept)));
  CHECK(torch::equal(plain.codebook(), kept.codebook()));
  const auto picture = reference::waves({1, 3, 64, 64}, 0.37);
  const Autocast autocast(kCpu, at::kBFloat16);
  CHECK(torch::equal(plain.encode(picture), kept.encode(picture)));
}

TEST_CASE("a CLIP whose weights are kept in bfloat16 sees what Autocast sees, but for rounding") {
  const std::string file = PINCEL_SOURCE_DIR "/guidance/weights/guide.safetensors";
  const auto plain = Clip::load(file, kCpu);
  const auto kept = Clip::load(file, kCpu, at::kBFloat16);
  CHECK(torch::equal(plain.text("a red apple"), kept.text("a red apple")));
  CHECK(plain.fingerprint() == kept.fingerprint());
  const auto views = reference::waves({2, 3, plain.image_size(), plain.image_size()}, 0.37);
  const auto seen = [&](const Clip& clip) {
    const auto leaf = views.clone().requires_grad_(true);
    const auto rows = clip.views(leaf);
    rows.select(1, 0).sum().backward();
    return torch::cat({rows.detach().flatten(), leaf.grad().flatten()});
  };
  const auto unasked = seen(kept);
  const Autocast autocast(kCpu, at::kBFloat16);
  const auto wished = seen(plain);
  CHECK((wished - seen(kept)).norm().item<double>() < 0.02 * wished.norm().item<double>());
  CHECK(torch::equal(seen(kept), unasked));
}

TEST_CASE("weights of products are kept in half the memory, others as they were") {
  auto model = tiny_vqgan_model();
  const auto before = collect_module(*model);
  CHECK(products_of(*model) == at::kFloat);
  keep_vqgan_products_in(*model, at::kBFloat16);
  CHECK(products_of(*model) == at::kBFloat16);
  const auto weights = model->named_parameters();
  CHECK(weights["decoder.conv_in.weight"].dtype() == torch::kBFloat16);
  CHECK(weights["decoder.conv_in.bias"].dtype() == torch::kBFloat16);
  CHECK(weights["decoder.norm_out.weight"].dtype() == torch::kFloat);
  CHECK(weights["decoder.up.1.upsample.conv.weight"].dtype() == torch::kFloat);
  CHECK(weights["quantize.embedding.weight"].dtype() == torch::kFloat);
  for (const auto& [name, tensor] : collect_module(*model).tensors) {
    INFO(name);
    CHECK(torch::allclose(tensor, before.tensors.at(name), 0.01, 1e-6));
  }
}

TEST_CASE("a picture painted with weights kept in bfloat16 is the one painted with Autocast") {
  const auto plain = tiny_models();
  auto kept = plain;
  auto vqgan = tiny_vqgan_model();
  keep_vqgan_products_in(*vqgan, at::kBFloat16);
  kept.vqgan = std::make_shared<Vqgan>(tiny_vqgan_config(), vqgan);
  const auto tokenizer = tiny_tokenizer();
  const auto clip = tiny_clip_model(tokenizer);
  keep_products_in(*clip->visual, at::kBFloat16);
  kept.guides = {{std::make_shared<Clip>(clip, tokenizer, kCpu), 1.0}};
  auto options = tiny_painting();
  options.precision = "bfloat16";
  const auto painted = [&](const PainterModels& models) {
    Painter painter(options, models);
    while (!painter.done()) painter.step();
    return painter.pictures();
  };
  CHECK(torch::equal(painted(plain), painted(kept)));
}

}  // namespace
}  // namespace pincel::product_weights_test
