// SPDX-License-Identifier: MIT
#include "guidance/train_clip.h"

#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/checkpoint.h"
#include "guidance/clip.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/temporary_folder.h"

namespace pincel::train_clip_test {
namespace {

ClipTrainingOptions tiny_training(const std::filesystem::path& folder) {
  ClipTrainingOptions o;
  std::ofstream(folder / "merges.txt") << tiny_tokenizer().merges();
  o.merges = (folder / "merges.txt").string();
  o.image_size = 32;
  o.embed_dim = 16;
  o.vision_layers = {1, 1, 1, 1};
  o.vision_width = 8;
  o.text_width = 64;
  o.text_layers = 1;
  o.training.batch = 6;
  o.training.precision = "float32";
  o.training.device = "cpu";
  o.training.threads = 1;
  o.training.warmup = 2;
  o.training.sample_seconds = 0;
  o.radius = 0.5;
  return o;
}

TEST_CASE("pairs with the same caption are no negatives") {
  const auto rows = torch::nn::functional::normalize(torch::randn({3, 8}));
  const auto one_each = torch::eye(3, torch::kBool);
  auto same = one_each.clone();
  same[0][1] = true;
  same[1][0] = true;
  const auto scale = torch::tensor(10.0F);
  const double strict = contrastive_loss(rows, rows.roll(1, 0), scale, one_each).item<double>();
  const double lenient = contrastive_loss(rows, rows.roll(1, 0), scale, same).item<double>();
  CHECK(lenient < strict);
}

TEST_CASE("matching rows have a smaller contrastive loss than shuffled ones") {
  const auto rows = torch::eye(4);
  const auto same = torch::eye(4, torch::kBool);
  const auto scale = torch::tensor(10.0F);
  const double right = contrastive_loss(rows, rows, scale, same).item<double>();
  const double wrong = contrastive_loss(rows, rows.roll(1, 0), scale, same).item<double>();
  CHECK(right == Approx(std::log(std::exp(10.0) + 3) - 10).margin(1e-5));
  CHECK(wrong > 9);
}

TEST_CASE("a picture near its things' proxies has a small thing loss") {
  const auto proxies = torch::eye(5);
  const auto scale = torch::tensor(10.0F);
  const auto first_two = proxies.slice(0, 0, 2);
  const double right =
      thing_loss(first_two, proxies, scale, thing_target({{0}, {1}}, 5)).item<double>();
  CHECK(right == Approx(std::log(std::exp(10.0) + 4) - 10).margin(1e-5));
  CHECK(thing_loss(first_two, proxies, scale, thing_target({{1}, {0}}, 5)).item<double>() > 9);
  CHECK(thing_loss(first_two, proxies, scale, thing_target({{0, 1}, {0, 1}}, 5)).item<double>() ==
        Approx(right + 5).margin(1e-4));
}

TEST_CASE("pictures without known things do not count in the thing loss") {
  const auto proxies = torch::eye(5);
  const auto scale = torch::tensor(10.0F);
  const double alone =
      thing_loss(proxies.slice(0, 0, 1), proxies, scale, thing_target({{0}}, 5)).item<double>();
  const double beside =
      thing_loss(proxies.slice(0, 0, 2), proxies, scale, thing_target({{0}, {}}, 5)).item<double>();
  CHECK(beside == Approx(alone).margin(1e-6));
  CHECK(thing_loss(proxies, proxies, scale, thing_target({{}, {}, {}, {}, {}}, 5)).item<double>() ==
        0);
}

TEST_CASE("a CLIP written to a file comes back with the same embeddings") {
  const tests::TemporaryFolder folder;
  const auto tokenizer = tiny_tokenizer();
  const auto model = tiny_clip_model(tokenizer);
  const auto file = folder.path() / "clip.safetensors";
  write_checkpoint(file, clip_checkpoint(*model, tokenizer, at::kFloat));
  const Clip made(model, tokenizer, at::Device(at::kCPU));
  const auto loaded = Clip::load(file, at::Device(at::kCPU));
  CHECK(torch::equal(made.text("a red apple"), loaded.text("a red apple")));
  const auto image = torch::rand({2, 3, 32, 32});
  CHECK(torch::equal(made.images(image), loaded.images(image)));
  CHECK(loaded.images(torch::rand({1, 3, 50, 70})).sizes() == at::IntArrayRef({1, 16}));
}

TEST_CASE("a CLIP trained in two goes has the weights of one trained in one") {
  if (!std::filesystem::exists("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")) {
    SKIP("the scenes' font is not installed");
  }
  const tests::TemporaryFolder folder;
  auto options = tiny_training(folder.path());
  const auto run = [&](const char* name, std::vector<std::int64_t> stops) {
    options.training.output = (folder.path() / name).string();
    for (const auto stop : stops) {
      options.training.steps = stop;
      options.training.final_rate = 1;  // the rate must not depend on where a run ends
      CHECK(train_clip(options) == ExitCode::ok);
    }
    return open_checkpoint(folder.path() / name / "clip.safetensors");
  };
  const auto once = run("once", {6});
  const auto twice = run("twice", {3, 6});
  for (const auto& [name, tensor] : once.tensors) {
    INFO(name);
    CHECK(torch::equal(tensor, twice.tensors.at(name)));
  }
}

}  // namespace
}  // namespace pincel::train_clip_test
