// SPDX-License-Identifier: MIT
// A public CLIP at its true size (tests/reference/true_size.sh), hidden since it needs gigabytes.
#include "tests/reference/true_size.h"

#include <torch/torch.h>

#include <cstdlib>
#include <iostream>

#include "core/checkpoint.h"
#include "guidance/clip_modules.h"
#include "guidance/clip_names.h"
#include "tests/temporary_folder.h"

namespace pincel::true_size_test {
namespace {

at::Tensor unit(const at::Tensor& rows) { return rows / rows.norm(2, -1, true); }

using reference::Clock;
using reference::difference;
using reference::peak_megabytes;
using reference::seconds_since;

TEST_CASE("a public CLIP of its true size does what its own package does", "[.][true_size_model]") {
  const char* given = std::getenv("PINCEL_TRUE_SIZE_MODEL");
  if (given == nullptr)
    SKIP("PINCEL_TRUE_SIZE_MODEL names no folder of tests/reference/true_size.py");
  const std::filesystem::path folder = given;
  const bool is_script = std::filesystem::exists(folder / "model.pt");
  const long before = peak_megabytes();
  const auto start = Clock::now();
  const PublicClip clip = open_public_clip(is_script ? folder / "model.pt" : folder);
  ClipModelImpl model(clip.config);
  load_module(model, clip.weights);
  model.eval();
  const double seconds = seconds_since(start);
  const long megabytes = peak_megabytes() - before;
  for (auto& parameter : model.parameters()) parameter.requires_grad_(false);
  const auto expected = open_checkpoint(folder / "expected.safetensors").tensors;
  const auto image = expected.at("image").clone().requires_grad_(true);
  const auto seen = unit(model.embed_image(image));
  const auto gradient = torch::autograd::grad({(seen * expected.at("probe")).sum()}, {image})[0];
  const auto words = unit(model.embed_text(expected.at("ids")));
  const double of_image = difference(seen.detach(), expected.at("image_embedding"));
  const double of_words = difference(words, expected.at("text_embedding"));
  // Relative to the largest, since random weights may have any.
  const double largest = expected.at("gradient").abs().max().item<double>();
  const double of_gradient = difference(gradient, expected.at("gradient")) / largest;
  std::cout << fmt::format("| {} | {} | {:.1e} | {:.1e} | {:.1e} | {:.2f} s | {} MB |\n",
                           folder.filename().string(), clip.family, of_image, of_words, of_gradient,
                           seconds, megabytes);
  const double most = is_script ? 2e-3 : 1e-4;
  CHECK(of_image < most);
  CHECK(of_words < most);
  CHECK(of_gradient < most);
}

}  // namespace
}  // namespace pincel::true_size_test
