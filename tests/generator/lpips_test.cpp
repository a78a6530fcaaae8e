// SPDX-License-Identifier: MIT
// LPIPS on VGG16 gives what taming's gives with the same weights (reference/make_public_codes.py),
// from every file that holds them.
#include "generator/lpips.h"

#include <torch/torch.h>

#include "generator/perceptual.h"
#include "tests/reference/fixture.h"
#include "tests/temporary_folder.h"

namespace pincel::lpips_test {
namespace {

namespace fs = std::filesystem;
using reference::Fixture;
using reference::probe;
using reference::read_fixture;
using reference::signal;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const at::Device kCpu(at::kCPU);

// "net.slice3.10.weight" -> "features.10.weight", as torchvision has it
std::string in_torchvision(const std::string& name) {
  return "features." + name.substr(std::string("net.slice1.").size());
}

void write_tensors(const fs::path& path, const std::map<std::string, at::Tensor>& tensors) {
  Checkpoint checkpoint;
  checkpoint.tensors = tensors;
  write_checkpoint(path, checkpoint);
}

void expect_as_taming(const Fixture& fixture, const Lpips& lpips) {
  const auto target = signal("lpips/target", {2, 3, 32, 48}) * 0.5 + 0.5;
  const auto found = probe(fixture, fixture.input({2, 3, 32, 48}), [&](const at::Tensor& image) {
    return lpips.distances(image * 0.5 + 0.5, target).view({2, 1, 1, 1});
  });
  const auto& distance = fixture.at("distance");
  CHECK((found.output - distance).abs().max().item<double>() <
        1e-4 * distance.abs().max().item<double>());
  const auto& gradient = fixture.at("gradient");
  CHECK((found.gradient - gradient).abs().max().item<double>() <
        1e-4 * gradient.abs().max().item<double>());
}

TEST_CASE("LPIPS in a taming checkpoint computes what taming does", "[reference]") {
  const Fixture fixture = read_fixture("lpips");
  std::map<std::string, at::Tensor> tensors{{"encoder.conv_in.weight", torch::ones({32, 3, 3, 3})}};
  for (const auto& [name, tensor] : fixture.weights.tensors) {
    tensors["loss.perceptual_loss." + name] = tensor;
  }
  tensors["loss.perceptual_loss.scaling_layer.shift"] = torch::ones({1, 3, 1, 1});
  const TemporaryFolder folder;
  write_tensors(folder / "last.ckpt", tensors);
  expect_as_taming(fixture, Lpips::load(folder / "last.ckpt", kCpu));
  const auto judge = load_perceptual(folder / "last.ckpt", kCpu);
  CHECK(judge->unit() == 1);
  const auto one = torch::rand({1, 3, 32, 32});
  CHECK(judge->distance(one, one).item<double>() == 0);
}

TEST_CASE("LPIPS's two halves find each other", "[reference]") {
  const Fixture fixture = read_fixture("lpips");
  std::map<std::string, at::Tensor> vgg, top;
  for (const auto& [name, tensor] : fixture.weights.tensors) {
    (name.starts_with("lin") ? top[name] : vgg[in_torchvision(name)]) = tensor;
  }
  vgg["classifier.6.bias"] = torch::ones({10});
  const TemporaryFolder folder;
  write_tensors(folder / "vgg16.pth", vgg);
  CHECK(has(refusal(ExitCode::missing_input, [&] { Lpips::load(folder / "vgg16.pth", kCpu); }),
            "without LPIPS's own weights; put LPIPS's vgg.pth beside it"));
  write_tensors(folder / "vgg.pth", top);
  for (const char* name : {"vgg16.pth", "vgg.pth", ""}) {
    INFO(name);
    expect_as_taming(fixture, Lpips::load(folder / name, kCpu));
  }
  CHECK(load_perceptual(folder.path(), kCpu)->unit() == 1);
  fs::remove(folder / "vgg16.pth");
  CHECK(has(refusal(ExitCode::missing_input, [&] { Lpips::load(folder / "vgg.pth", kCpu); }),
            "has no VGG16"));
}

TEST_CASE("LPIPS has a finite gradient where a map is empty") {
  Fixture fixture = read_fixture("lpips");
  for (auto& [name, tensor] : fixture.weights.tensors) {
    if (name.ends_with("bias")) tensor = torch::full_like(tensor, -10);  // every ReLU is shut
  }
  const TemporaryFolder folder;
  write_tensors(folder / "m", fixture.weights.tensors);
  const auto image = torch::rand({1, 3, 16, 16}).requires_grad_(true);
  const auto judge = Lpips::load(folder / "m", kCpu);
  const auto apart = judge.distances(image, torch::rand({1, 3, 16, 16})).sum();
  const auto gradient = torch::autograd::grad({apart}, {image})[0];
  CHECK(gradient.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace pincel::lpips_test
