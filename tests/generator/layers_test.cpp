// SPDX-License-Identifier: MIT
#include "generator/layers.h"

#include <torch/torch.h>

#include "core/image_file.h"
#include "core/picture_write.h"
#include "core/transparent_picture.h"
#include "generator/painter.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::layers_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const at::Device kHere(at::kCPU);

// A picture in bytes, as a file would give it.
at::Tensor speckled(std::int64_t height, std::int64_t width) {
  auto generator = make_generator(4, "speckled");
  return torch::randint(256, {1, 3, height, width}, generator, torch::kFloat) / 255;
}

at::Tensor left_white(std::int64_t height, std::int64_t width) {
  auto mask = torch::zeros({1, 3, height, width});
  mask.slice(3, 0, width / 2).fill_(1);
  return mask;
}

at::Tensor bytes_of_image(const at::Tensor& image) {
  return (image * 255).round().to(torch::kUInt8);
}

// Small enough to be quick, large enough for two stages.
PaintOptions small_painting() {
  auto options = tiny_painting();
  options.width = 46;
  options.height = 42;
  options.guidance.cutouts.count = 2;
  return options;
}

void paint(Painter& painter) {
  while (!painter.done()) painter.step();
}

TEST_CASE("outside of a mask the picture stays to the last bit, at every step and size") {
  const TemporaryFolder folder;
  auto options = small_painting();
  const auto first = speckled(options.height, options.width);
  write_image(folder / "first.png", first);
  write_image(folder / "mask.png", left_white(options.height, options.width));
  options.init = (folder / "first.png").string();
  options.layers.mask = (folder / "mask.png").string();
  options.rate = 1;
  auto models = tiny_models();
  for (const auto* drawer : {"vqgan", "rgb", "fft"}) {
    INFO(drawer);
    options.drawer = drawer;
    models.vqgan = options.drawer == "vqgan" ? tiny_vqgan() : nullptr;
    models.prior = options.drawer == "vqgan" ? tiny_prior() : nullptr;
    const std::vector<PictureOrder> orders = {{"a red apple", 11}, {"a blue car", 12}};
    Painter painter(options, orders, models);
    const auto half = options.width / 2;
    for (std::int64_t step = 0; step <= options.steps; ++step) {
      if (step % 2 == 1) {
        painter.step();
        continue;
      }
      const auto pictures = painter.pictures();
      for (std::int64_t b = 0; b < 2; ++b) {
        const auto outside = pictures[b].slice(2, half);
        CHECK(torch::equal(bytes_of_image(outside), bytes_of_image(first[0].slice(2, half))));
      }
      if (step < options.steps) painter.step();
    }
    const auto inside = painter.pictures().slice(3, 0, half);
    CHECK((inside - first.slice(3, 0, half)).abs().mean().item<double>() > 0.01);
    // What is saved is what was measured.
    write_image(folder / (std::string(drawer) + ".png"), painter.pictures()[0]);
    const auto saved = read_image(folder / (std::string(drawer) + ".png"));
    CHECK(torch::equal(saved.slice(3, half), first.slice(3, half)));
  }
}

TEST_CASE("a mask is soft inside of its border alone, and may be turned round") {
  const TemporaryFolder folder;
  const auto path = (folder / "mask.png").string();
  write_image(path, left_white(40, 60));
  const auto share = [&](const MaskOptions& options) {
    return InpaintMask(path, options, 40, 60).share(40, 60)[0][0][20];  // one row
  };
  const auto soft = share({.edge = 0.2});  // 8 pixels
  CHECK(soft[0].item<double>() == 1);
  CHECK(soft.slice(0, 30).eq(0).all().item<bool>());
  CHECK(soft[29].item<double>() > 0);
  CHECK(soft[29].item<double>() < 0.3);
  CHECK(soft[20].item<double>() == 1);
  CHECK((soft.slice(0, 0, 29) >= soft.slice(0, 1, 30)).all().item<bool>());
  const auto hard = share({.edge = 0});
  CHECK(torch::equal(hard, left_white(40, 60)[0][0][20]));
  const auto turned = share({.invert = true, .edge = 0});
  CHECK(torch::equal(turned, 1 - hard));
  CHECK(torch::equal(InpaintMask("not " + path, {.edge = 0}, 40, 60).share(40, 60)[0][0][20],
                     turned));
  // Another size is fitted, a shape needs no file.
  CHECK(InpaintMask(path, {.edge = 0}, 20, 30).share(20, 30).mean().item<double>() == Approx(0.5));
  CHECK(InpaintMask("right", {.edge = 0}, 20, 30).share(20, 30).mean().item<double>() ==
        Approx(0.5));
}

TEST_CASE("masks that leave nothing, or do not fit the picture, are refused") {
  const TemporaryFolder folder;
  write_image(folder / "black.png", torch::zeros({1, 3, 8, 8}));
  auto line = torch::zeros({1, 3, 64, 64});
  line.slice(3, 30, 32).fill_(1);
  write_image(folder / "line.png", line);
  const auto make = [&](const std::string& name, const MaskOptions& options) {
    return refusal(ExitCode::bad_value,
                   [&] { InpaintMask((folder / name).string(), options, 64, 64); });
  };
  CHECK(has(make("black.png", {}), "nothing"));
  CHECK(has(make("line.png", {.edge = 0.2}), "narrower than its soft edge"));
  InpaintMask square((folder / "line.png").string(), {.edge = 0}, 64, 64);
  CHECK(has(refusal(ExitCode::bad_value,
                    [&] {
                      square.keep(torch::zeros({1, 3, 64, 96}));
                    }),
            "the same proportions"));
  LayerOptions options;
  options.mask = "left";
  CHECK(has(refusal(ExitCode::bad_value, [&] { expect_layers(options, ""); }), "--init FILE"));
  CHECK(
      has(refusal(ExitCode::bad_value, [&] { expect_layers(options, "sample"); }), "--init FILE"));
  expect_layers(options, "a.png");
}

TEST_CASE("an overlay comes when it is due") {
  const auto times = [](const OverlayOptions& options) {
    const Overlay overlay(options, 40);
    std::vector<std::int64_t> due;
    for (std::int64_t step = 0; step < 40; ++step) {
      if (overlay.is_due(step)) due.push_back(step);
    }
    return due;
  };
  CHECK(times({}) == std::vector<std::int64_t>{10, 20, 30});
  CHECK(times({.every = "25%", .offset = "3"}) == std::vector<std::int64_t>{3, 13, 23, 33});
  CHECK(times({.every = "10", .until = "50%"}) == std::vector<std::int64_t>{10});
  CHECK(times({.every = "15", .offset = "50%"}) == std::vector<std::int64_t>{20, 35});
  for (const std::string every : {"0", "x", "-1", "1.5", "200%", "0%"}) {
    INFO(every);
    CHECK(has(refusal(ExitCode::bad_value, [&] { times({.every = every}); }), "overlay_every"));
  }
}

TEST_CASE("an overlay covers by its alpha and its share, without a dark rim where it is scaled") {
  auto picture = torch::zeros({1, 4, 1, 2});
  picture.slice(1, 0, 1).slice(3, 0, 1).fill_(1);  // red, opaque
  picture.slice(1, 3).slice(3, 0, 1).fill_(1);
  picture.slice(1, 2, 3).slice(3, 1).fill_(1);  // blue that nobody sees
  Overlay overlay({.alpha = "1@0 0@100%"}, 40);
  overlay.set_picture(picture);
  const auto white = torch::ones({1, 3, 1, 2});
  const auto half = overlay.laid_over(white, 20);
  CHECK(half[0][0][0][0].item<double>() == Approx(1));
  CHECK(half[0][1][0][0].item<double>() == Approx(0.5));
  CHECK(torch::equal(half.slice(3, 1), white.slice(3, 1)));
  const auto larger = overlay.laid_over(torch::zeros({1, 3, 1, 8}), 0);
  CHECK(larger[0][2].max().item<double>() == 0);  // no blue comes through
}

TEST_CASE("a painting meets its overlay and goes on from there") {
  const TemporaryFolder folder;
  write_image(folder / "over.png", torch::zeros({1, 3, 4, 4}));
  auto options = small_painting();
  options.layers.overlay = (folder / "over.png").string();
  options.layers.overlay_options = {.every = "3", .alpha = "0.75"};
  options.drawer = "rgb";
  options.rate = 0.01;
  options.coarse = 0;
  auto models = tiny_models();
  models.vqgan = nullptr;
  models.prior = nullptr;
  Painter painter(options, models);
  for (int step = 0; step < 3; ++step) painter.step();
  const double before = painter.pictures().mean().item<double>();
  painter.step();
  CHECK(painter.pictures().mean().item<double>() == Approx(before / 4).epsilon(0.05));
}

double value_of(const StepReport& report, const std::string& term) {
  for (const auto& [name, value] : report.terms) {
    if (name == term) return value;
  }
  FAIL("no term " << term);
  return 0;
}

PaintOptions transparent_painting() {
  auto options = small_painting();
  options.layers.matte.alpha = true;
  options.layers.matte.cells = 16;
  return options;
}

TEST_CASE("any drawer paints a matte that the guide's gradient moves, alone as beside others") {
  auto options = transparent_painting();
  options.layers.matte.start = 0.5;
  options.steps = 4;
  for (const auto* drawer : {"vqgan", "pixel"}) {
    INFO(drawer);
    options.drawer = drawer;
    auto models = tiny_models();
    if (options.drawer != "vqgan") models.vqgan = nullptr, models.prior = nullptr;
    const std::vector<PictureOrder> orders = {{"a red apple", 11}, {"a blue car", 12}};
    Painter together(options, orders, models);
    CHECK(together.pictures().sizes() == at::IntArrayRef({2, 4, 42, 46}));
    CHECK((together.pictures().slice(1, 3) - 0.5).abs().max().item<double>() < 1e-6);
    paint(together);
    const auto alpha = together.pictures().slice(1, 3);
    CHECK(alpha.min().item<double>() >= 0);
    CHECK(alpha.max().item<double>() <= 1);
    CHECK((alpha - 0.5).abs().mean().item<double>() > 0.02);
    Painter alone(options, {orders[1]}, models);
    paint(alone);
    CHECK((alone.pictures()[0] - together.pictures()[1]).abs().mean().item<double>() < 1e-3);
  }
}

TEST_CASE("the loss transparency lowers alpha, and is refused without a matte") {
  auto options = transparent_painting();
  options.guidance.losses = {"transparency:20"};
  options.steps = 10;
  const auto models = tiny_models();
  Painter painter(options, models);
  paint(painter);
  CHECK(painter.pictures().slice(1, 3).mean().item<double>() < 0.85);
  const auto reports = painter.take_reports();
  CHECK(value_of(reports.back(), "transparency") < value_of(reports.front(), "transparency"));
  options.layers.matte.alpha = false;
  Painter opaque(options, models);
  CHECK(has(refusal(ExitCode::bad_value, [&] { opaque.step(); }), "--alpha"));
}

TEST_CASE("a picture is seen in front of backdrops, another in each step") {
  std::vector<at::Generator> generators{make_generator(1, "b"), make_generator(2, "b")};
  Matte matte({.alpha = true, .backdrops = {"random"}, .cells = 4, .start = 0.25}, generators,
              kHere);
  matte.resize(8, 12);
  CHECK(matte.parameter().tensor.sizes() == at::IntArrayRef({2, 1, 4, 6}));
  matte.begin_step();
  const auto first = matte.backdrops().clone();
  CHECK_FALSE(torch::equal(first[0], first[1]));
  CHECK(first[0].std(at::IntArrayRef{1, 2}).max().item<double>() < 1e-6);
  const auto images = torch::full({2, 3, 8, 12}, 0.5);
  const auto seen = matte.in_front(images, matte.alpha(8, 12));
  CHECK((seen - (0.125 + 0.75 * first)).abs().max().item<double>() < 1e-6);
  seen.sum().backward();
  // d/da of a (0.5 - backdrop), spread over the pixels of each cell.
  const auto slope = (0.5 - first).sum({1, 2, 3}) / 24;
  const auto gradient = matte.parameter().tensor.grad();
  CHECK((gradient.mean({1, 2, 3}) - slope).abs().max().item<double>() < 1e-4);
  const auto* place = matte.backdrops().const_data_ptr();
  matte.begin_step();
  CHECK(matte.backdrops().const_data_ptr() == place);
  CHECK_FALSE(torch::equal(first, matte.backdrops()));
  matte.cover(torch::ones({1, 1, 8, 12}));
  CHECK(matte.alpha(8, 12).eq(1).all().item<bool>());

  for (const std::string name : {"grey", "noise", "navy"}) {
    INFO(name);
    Matte one({.alpha = true, .backdrops = {name}}, generators, kHere);
    one.resize(9, 9);
    one.begin_step();
    const auto& backdrop = one.backdrops();
    CHECK(torch::equal(backdrop.slice(1, 0, 1), backdrop.slice(1, 1, 2)) == (name != "noise"));
    CHECK(torch::equal(backdrop.slice(1, 1, 2), backdrop.slice(1, 2, 3)) == (name == "grey"));
  }
  CHECK(
      has(refusal(ExitCode::bad_value, [&] { Matte({.backdrops = {"nvay"}}, generators, kHere); }),
          "alpha_backdrops"));
}

TEST_CASE("a kept part is opaque, whatever the matte says") {
  const TemporaryFolder folder;
  auto options = transparent_painting();
  options.layers.matte.start = 0.25;
  options.layers.mask = "left";
  options.layers.mask_options.edge = 0;
  write_image(folder / "first.png", speckled(options.height, options.width));
  options.init = (folder / "first.png").string();
  const auto alpha = Painter(options, tiny_models()).pictures()[0][3];
  CHECK(alpha.slice(1, 24).eq(1).all().item<bool>());
  CHECK((alpha.slice(1, 0, 22) - 0.25).abs().max().item<double>() < 1e-6);
}

}  // namespace
}  // namespace pincel::layers_test
