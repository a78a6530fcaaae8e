// SPDX-License-Identifier: MIT
// Pictures whose opposite edges are neighbours.
#include "guidance/seamless.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "core/tensor.h"
#include "generator/painting_vqgan.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::seamless_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// How far the picture of a rolled latent is from the rolled picture.
double apart(const Vqgan& vqgan) {
  const torch::NoGradGuard no_grad;
  auto generator = make_generator(4, "latent");
  const auto latent = torch::randn({2, vqgan.config().embed_dim, 6, 5}, generator);
  const auto factor = vqgan.factor();
  const auto rolled = vqgan.decode(latent.roll({2, 1}, {2, 3}));
  const auto picture = vqgan.decode(latent).roll({2 * factor, factor}, {2, 3});
  return (rolled - picture).abs().max().item<double>() / picture.std().item<double>();
}

std::string tiny_file(const TemporaryFolder& folder) {
  write_checkpoint(folder / "vqgan.safetensors", tiny_vqgan_checkpoint());
  return (folder / "vqgan.safetensors").string();
}

TEST_CASE("where edges are neighbours a rolled latent draws the rolled picture") {
  const TemporaryFolder folder;
  const std::string file = tiny_file(folder);
  CHECK(apart(Vqgan::load(file, at::kCPU, Edges::neighbours)) < 1e-4);
  CHECK(apart(Vqgan::load(file, at::kCPU)) > 1e-2);
}

TEST_CASE("the gradient goes around the edges, too") {
  const TemporaryFolder folder;
  const auto vqgan = Vqgan::load(tiny_file(folder), at::kCPU, Edges::neighbours);
  auto generator = make_generator(5, "latent");
  const auto start = torch::randn({1, vqgan.config().embed_dim, 4, 4}, generator);
  const auto gradient = [&](std::int64_t by) {
    const auto latent = start.roll({by}, {3}).requires_grad_(true);
    const auto picture = vqgan.decode(latent);
    const auto weights = torch::linspace(0, 1, picture.size(3)).roll({by * vqgan.factor()}, {0});
    (picture * weights).sum().backward();
    return latent.grad().roll({-by}, {3});
  };
  const auto plain = gradient(0);
  CHECK((gradient(1) - plain).abs().max().item<double>() < 1e-4 * plain.abs().max().item<double>());
}

TEST_CASE("the tiler asks for it unless told otherwise, and for whole codes") {
  const TemporaryFolder folder;
  PaintOptions options;
  options.vqgan = tiny_file(folder);
  options.precision = "float32";
  CHECK_FALSE(asks_for_seamless(options.guidance));
  options.guidance.filters = {"grey", "tiler:2"};
  CHECK(asks_for_seamless(options.guidance));
  CHECK(apart(load_painting_vqgan(options, at::kCPU)) < 1e-4);
  options.width = 191;
  CHECK(has(refusal(ExitCode::bad_value, [&] { load_painting_vqgan(options, at::kCPU); }),
            "a seamless tile of 191x192: expected sides that are multiples of 2"));
  for (Field& field : fields_of(options)) {
    if (field.name == "filter.tiler.seamless") *std::get<bool*>(field.target) = false;
  }
  CHECK(apart(load_painting_vqgan(options, at::kCPU)) > 1e-2);
}

}  // namespace
}  // namespace pincel::seamless_test
