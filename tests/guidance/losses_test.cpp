// SPDX-License-Identifier: MIT
// What every loss of the registry must keep, and what their formulas give for pictures small enough
// to be reckoned by hand.
#include <torch/torch.h>

#include <cmath>

#include "core/image_file.h"
#include "core/random.h"
#include "guidance/loss.h"
#include "tests/guidance/make_loss.h"
#include "tests/temporary_folder.h"

namespace pincel::losses_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// What a loss cannot do without, and each kind that it has.
std::vector<Given> ways(const std::string& name, const TemporaryFolder& folder) {
  if (name == "palette") return {{{"colours", "[navy, #fa0, white]"}}};
  if (name == "smoothness") {
    return {
        {{"kind", "gradient"}}, {{"kind", "clipped"}}, {{"kind", "log"}}, {{"kind", "variation"}}};
  }
  if (name == "symmetry") {
    return {{{"kind", "horizontal"}},
            {{"kind", "vertical"}},
            {{"kind", "both"}},
            {{"kind", "rotation"}, {"fold", "2"}},
            {{"kind", "rotation"}, {"fold", "5"}}};
  }
  if (name == "keep") {
    return {{{"kind", "pixel"}},
            {{"kind", "perceptual"}},
            {{"kind", "latent"}},
            {{"kind", "spherical"}}};
  }
  const std::string picture = (folder / "picture.png").string();
  write_image(picture, waves({1, 3, 40, 36}));
  if (name == "edge") {
    return {{{"colour", "red"}, {"global", "0.1"}}, {{"picture", picture}, {"mask", picture}}};
  }
  if (name == "style") {
    return {{{"picture", picture}, {"samples", "64"}},
            {{"picture", picture}, {"samples", "64"}, {"content", "2"}, {"colour", "0"}}};
  }
  if (name == "aesthetic") {
    const std::string head = (folder / "head").string();
    write_tensors(head, {{"weight", waves({1, 16})}, {"bias", torch::ones({1})}});
    return {{{"head", head}}};
  }
  return {{}};
}

// Frame b of a painting whose latent and alpha are the picture's own.
Frame frame_of(const at::Tensor& image, const at::Tensor& first) {
  return {.image = image,
          .embeddings = torch::nn::functional::normalize(waves({image.size(0), 4, 8})),
          .step = 3,
          .first = first,
          .latent = image.slice(2, 0, 4),
          .first_latent = first.slice(2, 0, 4),
          .alpha = image.slice(1, 0, 1)};
}

TEST_CASE("every loss is finite, with a finite gradient, and the same alone and in a batch") {
  const TemporaryFolder folder;
  for (const auto& entry : losses()) {
    for (const Given& given : ways(std::string(entry.name), folder)) {
      INFO(std::string(entry.name) << " " << (given.empty() ? "" : given.rbegin()->second));
      auto generator = make_generator(1, "losses");
      auto image = torch::rand({2, 3, 24, 20}, generator).requires_grad_(true);
      const auto first = torch::rand({2, 3, 24, 20}, generator);
      const auto loss = make_loss(std::string(entry.name), given);
      const auto both = loss->score(frame_of(image, first));
      CHECK(both.sizes() == at::IntArrayRef({2}));
      CHECK(both.scalar_type() == torch::kFloat);
      CHECK(both.isfinite().all().item<bool>());
      const auto alone = make_loss(std::string(entry.name), given)
                             ->score(frame_of(image.slice(0, 1, 2), first.slice(0, 1, 2)));
      CHECK(alone.item<double>() == Approx(both[1].item<double>()).epsilon(1e-5));
      both.sum().backward();
      REQUIRE(image.grad().defined());
      CHECK(image.grad().isfinite().all().item<bool>());
      CHECK(image.grad()[1].abs().sum().item<double>() > 0);
      // Where everything is flat, or as it was at first, roots have no slope.
      auto flat = torch::ones({1, 3, 24, 20}).requires_grad_(true);
      loss->score(frame_of(flat, torch::ones({1, 3, 24, 20}))).sum().backward();
      CHECK((!flat.grad().defined() || flat.grad().isfinite().all().item<bool>()));
    }
  }
}

TEST_CASE("smoothness and symmetry are what their formulas say") {
  auto image = torch::zeros({1, 3, 2, 2});
  image.select(3, 1).fill_(1.0);  // right column white: dx is 1, dy is 0
  CHECK(score(*make_loss("smoothness"), image) == Approx(1.0).epsilon(1e-4));
  CHECK(score(*make_loss("smoothness", {{"kind", "variation"}}), image) == Approx(1.0));
  CHECK(score(*make_loss("smoothness", {{"kind", "clipped"}}), image) == Approx(0.5));
  CHECK(score(*make_loss("smoothness", {{"kind", "log"}}), image) ==
        Approx(std::log(2.0)).epsilon(1e-4));
  CHECK(score(*make_loss("symmetry"), image) == Approx(1.0));
  CHECK(score(*make_loss("symmetry", {{"kind", "vertical"}}), image) == Approx(0.0));
  CHECK(score(*make_loss("symmetry", {{"kind", "both"}}), image) == Approx(0.5));
  CHECK(score(*make_loss("symmetry", {{"kind", "rotation"}, {"fold", "2"}}), image) == Approx(1.0));
  CHECK(score(*make_loss("saturation"), image) == Approx(0.0).margin(1e-5));
  auto steep = torch::zeros({1, 3, 2, 2});
  steep.select(2, 1).select(2, 0).fill_(0.3);  // dy 0.3 and dx 0 at the one corner with both
  CHECK(score(*make_loss("smoothness"), steep) == Approx(0.3).epsilon(1e-4));
}

TEST_CASE("a quarter turn is compared in the disc that the picture holds") {
  auto cross = torch::zeros({1, 3, 9, 9});
  cross.select(2, 4).fill_(1.0);
  cross.select(3, 4).fill_(1.0);
  cross[0][0][0][0] = 1;  // outside of the disc
  CHECK(score(*make_loss("symmetry", {{"kind", "rotation"}, {"fold", "4"}}), cross) ==
        Approx(0.0).margin(1e-9));
  auto bar = torch::zeros({1, 3, 9, 9});
  bar.select(2, 4).fill_(1.0);
  // 49 of 81 pixels lie within 4 of the middle; bar and turned bar differ in 16 of them.
  CHECK(score(*make_loss("symmetry", {{"kind", "rotation"}, {"fold", "4"}}), bar) ==
        Approx(16.0 / 49).epsilon(1e-4));
}

TEST_CASE("palette is the straight way to the nearest colour") {
  const auto loss = make_loss("palette", {{"colours", "[#000000, #ff0000]"}});
  CHECK(score(*loss, torch::zeros({1, 3, 4, 4})) == Approx(0.0).margin(1e-5));
  CHECK(score(*loss, torch::ones({1, 3, 4, 4})) == Approx(std::sqrt(2.0)));  // from red
  auto half = torch::zeros({1, 3, 2, 2});
  half.select(1, 1).select(1, 0).fill_(0.6);  // upper row green of 0.6, nearest to black
  CHECK(score(*loss, half) == Approx(0.3));
  CHECK(has(refusal(ExitCode::bad_value, [] { make_loss("palette"); }), "no palette"));
  CHECK(has(refusal(ExitCode::bad_value,
                    [] {
                      make_loss("palette", {{"colours", "[nvy]"}});
                    }),
            "loss.palette.colours"));
}

TEST_CASE("edge looks at the border, or where a mask is white") {
  auto image = torch::ones({1, 3, 10, 20});
  image.slice(3, 0, 2).fill_(0.0);  // two columns at the left black
  // 5 % of 20 is one column at each side, of 10 half a row, which is one: 56 pixels, 12 black.
  CHECK(score(*make_loss("edge"), image) == Approx(12.0 / 56).epsilon(1e-5));
  CHECK(score(*make_loss("edge", {{"margins", "10,0,0,0"}}), image) == Approx(1.0));
  CHECK(score(*make_loss("edge", {{"margins", "0,10,0,0"}}), image) == Approx(0.0).margin(1e-9));
  CHECK(score(*make_loss("edge", {{"edge", "0"}, {"global", "2"}}), image) == Approx(0.2));
  CHECK(score(*make_loss("edge", {{"colour", "#808080"}, {"margins", "10,0,0,0"}}), image) ==
        Approx(128.0 * 128 / 255 / 255).epsilon(1e-5));
  const TemporaryFolder folder;
  auto mask = torch::zeros({1, 3, 10, 20});
  mask.slice(3, 0, 4).fill_(1.0);
  write_image(folder / "mask.png", mask);
  CHECK(score(*make_loss("edge", {{"mask", (folder / "mask.png").string()}}), image) ==
        Approx(0.5));
  CHECK(has(refusal(ExitCode::bad_value,
                    [] {
                      make_loss("edge", {{"margins", "1,2,3"}});
                    }),
            "loss.edge.margins: 3 numbers, expected 4"));
}

TEST_CASE("range and gaussian are what their formulas say") {
  auto image = torch::full({1, 3, 2, 2}, 0.5);
  CHECK(score(*make_loss("range"), image) == 0);
  image.select(2, 0).fill_(1.0);    // half of the values at the end
  image.select(2, 1).fill_(0.025);  // the others three quarters into the margin
  CHECK(score(*make_loss("range"), image) == Approx((1 + 0.5625) / 2).epsilon(1e-4));
  // Of four pixels each lies half a side / 2 from the middle: u = v = 0.25 / 0.4.
  CHECK(score(*make_loss("gaussian"), torch::zeros({1, 3, 2, 2})) ==
        Approx(1 - std::exp(-0.25 * 0.25 / 0.16)).epsilon(1e-5));
  CHECK(score(*make_loss("gaussian", {{"colour", "black"}}), torch::zeros({1, 3, 2, 2})) == 0);
}

TEST_CASE("keep measures the way from what the painting began with") {
  const auto first = torch::full({1, 3, 32, 32}, 0.25);
  const auto now = torch::full({1, 3, 32, 32}, 0.75);
  const auto measured = [&](const char* kind, const at::Tensor& latent, const at::Tensor& from) {
    return make_loss("keep", {{"kind", kind}})
        ->score({.image = now,
                 .embeddings = {},
                 .first = first,
                 .latent = latent,
                 .first_latent = from})
        .item<double>();
  };
  const auto x = torch::tensor({3.0F, 0.0F}).view({1, 2, 1, 1});
  const auto y = torch::tensor({0.0F, 2.0F}).view({1, 2, 1, 1});
  CHECK(measured("pixel", {}, {}) == Approx(0.5));
  CHECK(measured("latent", x, y) == Approx(13.0 / 4));
  CHECK(measured("spherical", x, y) == Approx(2 * (M_PI / 4) * (M_PI / 4)).epsilon(1e-4));
  CHECK(measured("spherical", y, y * 5) == Approx(0.0).margin(1e-6));
  const auto loss = make_loss("keep", {{"kind", "perceptual"}});
  CHECK(loss->score({.image = first, .embeddings = {}, .first = first}).item<double>() == 0);
  const auto noise = waves({1, 3, 32, 32});
  CHECK(loss->score({.image = noise, .embeddings = {}, .first = first}).item<double>() > 0.01);
  CHECK(has(refusal(ExitCode::bad_value, [&] { measured("latent", {}, {}); }),
            "this drawer has no latent"));
}

TEST_CASE("transparency is the mean of alpha, which not every picture has") {
  const auto image = torch::zeros({1, 3, 2, 2});
  const auto alpha = torch::tensor({0.0F, 0.5F, 0.5F, 1.0F}).view({1, 1, 2, 2});
  const auto loss = make_loss("transparency");
  CHECK(loss->score({.image = image, .embeddings = {}, .alpha = alpha}).item<double>() == 0.5);
  CHECK(has(refusal(ExitCode::bad_value, [&] { score(*loss, image); }), "transparent"));
}

TEST_CASE("an aesthetic head rates the guide's embedding of the picture") {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  const auto weight = waves({1, 16}) * 3;
  write_tensors(path("linear"), {{"weight", weight}, {"bias", torch::full({1}, 5.0F)}});
  const auto image = waves({1, 3, 32, 32});
  const auto rating = (tiny_clip().images(image) * weight).sum().item<double>() + 5;
  CHECK(score(*make_loss("aesthetic", {{"head", path("linear")}}), image) ==
        Approx(0.02 * (rating - 10) * (rating - 10)).epsilon(1e-4));
  CHECK(score(*make_loss("aesthetic", {{"head", path("linear")}, {"target", "2"}}), image) ==
        Approx(0.02 * (rating - 2) * (rating - 2)).epsilon(1e-4));
  // Two layers that together are the one.
  const auto identity = torch::eye(16) * 2;
  write_tensors(path("layers"), {{"layers.0.weight", identity},
                                 {"layers.0.bias", torch::ones({16})},
                                 {"layers.10.weight", weight / 2},
                                 {"layers.10.bias", 5 - weight.sum(1) / 2}});
  CHECK(score(*make_loss("aesthetic", {{"head", path("layers")}}), image) ==
        Approx(0.02 * (rating - 10) * (rating - 10)).epsilon(1e-4));
  write_tensors(path("wide"), {{"weight", torch::ones({1, 512})}, {"bias", torch::ones({1})}});
  CHECK(has(refusal(ExitCode::bad_data,
                    [&] {
                      make_loss("aesthetic", {{"head", path("wide")}});
                    }),
            "of 512 numbers, but the first CLIP gives 16"));
  write_tensors(path("other"), {{"a", torch::ones({1})}});
  CHECK(has(refusal(ExitCode::bad_data,
                    [&] {
                      make_loss("aesthetic", {{"head", path("other")}});
                    }),
            "expected a linear head"));
  CHECK(has(refusal(ExitCode::missing_input,
                    [&] {
                      make_loss("aesthetic", {{"head", path("no")}});
                    }),
            "no"));
  CHECK(has(refusal(ExitCode::bad_value, [&] { make_loss("aesthetic"); }), "no head"));
}

}  // namespace
}  // namespace pincel::losses_test
