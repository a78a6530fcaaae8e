// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <cmath>

#include "core/image_file.h"
#include "core/random.h"
#include "guidance/vgg16.h"
#include "tests/guidance/make_loss.h"
#include "tests/reference/fixture.h"
#include "tests/temporary_folder.h"

namespace pincel::style_loss_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("style is nothing for the style itself, and less for what looks like it") {
  const TemporaryFolder folder;
  const auto path = (folder / "style.png").string();
  const auto style = waves({1, 3, 64, 64});
  write_image(path, style);
  const auto loss = make_loss("style", {{"picture", path}, {"samples", "256"}});
  const double own = score(*loss, read_image(path));
  CHECK(own == Approx(0.0).margin(1e-3));
  const auto turned = read_image(path).flip(2);
  const double mirrored = score(*loss, turned);
  const double grey = score(*loss, torch::full({1, 3, 64, 64}, 0.5));
  CHECK(own <= mirrored);
  CHECK(mirrored < grey / 2);
}

TEST_CASE("style moves colours as far as either picture needs") {
  const TemporaryFolder folder;
  const auto path = (folder / "style.png").string();
  auto style = torch::zeros({1, 3, 64, 64});
  style.select(1, 0).slice(2, 32).fill_(1.0);  // the right half red, the left one black
  write_image(path, style);
  const auto term = [&](const char* option, const Frame& frame) {
    const auto with = [&](const char* weight) {
      const Given given{{"picture", path}, {"samples", "256"}, {"colour", "0"}};
      Given changed = given;
      changed[option] = weight;
      return make_loss("style", changed)->score(frame).item<double>();
    };
    return 3 * with("1") - 2 * with("0");  // sum / (2 + weight), what is left of it for the weight
  };
  const auto black = torch::zeros({1, 3, 64, 64});
  // Black is at hand for every place of it, but red, half of the style, is 1 away from it.
  CHECK(term("colour", {black, {}, 0}) == Approx(0.5).epsilon(0.01));
  CHECK(term("colour", {style, {}, 0}) == Approx(0.0).margin(1e-3));
  CHECK(term("content", {style, {}, 0, style}) == Approx(0.0).margin(1e-3));
  CHECK(term("content", {waves({1, 3, 64, 64}), {}, 0, style}) > 0.01);
}

// What reference/print_style.py prints.
TEST_CASE("style is what its paper says, reckoned with numpy", "[reference]") {
  const TemporaryFolder folder;
  const auto picture = [](const std::string& name) {
    const auto numbers = reference::signal(name, {1, 3, 32, 32}).to(torch::kDouble);
    return (((numbers * 0.5 + 0.5) * 255).round() / 255).to(torch::kFloat);
  };
  std::map<std::string, at::Tensor> tensors;
  for (const auto& layer : kVgg16Layers) {
    const auto name = "features." + std::to_string(layer.number);
    tensors[name + ".weight"] =
        reference::weight("style/" + name + ".weight", {layer.out, layer.in, 3, 3});
    tensors[name + ".bias"] = reference::weight("style/" + name + ".bias", {layer.out});
  }
  write_tensors(folder / "vgg16", tensors);
  write_image(folder / "style.png", picture("style/style"));
  const Given plain{{"picture", (folder / "style.png").string()},
                    {"weights", (folder / "vgg16").string()},
                    {"samples", "64"},
                    {"colour", "0"}};
  Given full = plain;
  full["colour"] = "0.5";
  full["content"] = "2";
  const Frame frame{
      .image = picture("style/image"), .embeddings = {}, .first = picture("style/first")};
  CHECK(make_loss("style", plain)->score(frame).item<double>() == Approx(0.054380).epsilon(1e-3));
  CHECK(make_loss("style", full)->score(frame).item<double>() == Approx(0.071421).epsilon(1e-3));
}

TEST_CASE("style takes VGG16 from a file under torchvision's names") {
  const TemporaryFolder folder;
  auto generator = make_generator(2, "vgg");
  std::map<std::string, at::Tensor> tensors;
  for (const auto& layer : kVgg16Layers) {
    const auto name = "features." + std::to_string(layer.number);
    tensors[name + ".weight"] = torch::randn({layer.out, layer.in, 3, 3}, generator) /
                                std::sqrt(4.5 * static_cast<double>(layer.in));
    tensors[name + ".bias"] = torch::zeros({layer.out});
  }
  write_tensors(folder / "vgg16", tensors);
  const auto vgg = Vgg16::load(folder / "vgg16", at::Device(at::kCPU));
  const auto image = waves({1, 3, 32, 32});
  const auto maps = vgg.maps(image);
  REQUIRE(maps.size() == 9);
  CHECK(maps[0].sizes() == at::IntArrayRef({1, 64, 32, 32}));
  CHECK(maps[8].sizes() == at::IntArrayRef({1, 512, 2, 2}));
  const auto mean = torch::tensor({.485F, .456F, .406F}).view({1, 3, 1, 1});
  const auto deviation = torch::tensor({.229F, .224F, .225F}).view({1, 3, 1, 1});
  const auto first = torch::conv2d((image - mean) / deviation, tensors["features.0.weight"],
                                   tensors["features.0.bias"], 1, 1)
                         .relu();
  CHECK((first - maps[0]).abs().max().item<double>() < 1e-4);
  write_image(folder / "style.png", image);
  const auto loss = make_loss("style", {{"picture", (folder / "style.png").string()},
                                        {"weights", (folder / "vgg16").string()},
                                        {"samples", "64"}});
  CHECK(score(*loss, read_image(folder / "style.png")) == Approx(0.0).margin(1e-3));
  CHECK(score(*loss, torch::rand({1, 3, 32, 32}, generator)) > 0.01);
  CHECK(has(refusal(ExitCode::bad_data,
                    [&] {
                      write_tensors(folder / "none", {{"a", torch::ones({1})}});
                      Vgg16::load(folder / "none", at::Device(at::kCPU));
                    }),
            "has no VGG16"));
}

}  // namespace
}  // namespace pincel::style_loss_test
