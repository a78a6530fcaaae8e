// SPDX-License-Identifier: MIT
// What every filter of the registry must keep.
#include "guidance/filter.h"

#include <torch/torch.h>

#include <cmath>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "tests/catch.h"

namespace pincel::filter_test {
namespace {

// Sets one option of a filter.
template <class Value>
void set(OptionBox& options, const std::string& name, const Value& value) {
  for (Field& field : options.fields()) {
    if (field.name == name) *std::get<Value*>(field.target) = value;
  }
}

OptionBox defaults(const std::string& name) { return find(filters(), name, "filter").options(); }

TEST_CASE(
    "every filter gives pictures in range, with finite gradients, alike alone and in a batch") {
  for (const auto& entry : filters()) {
    INFO(std::string(entry.name));
    const auto filter = entry.make(entry.options());
    auto generator = make_generator(1, "filters");
    auto images = torch::rand({2, 3, 24, 20}, generator).requires_grad_(true);
    const std::vector<CutoutKey> keys{{.seed = 1}, {.seed = 2}};
    const auto both = filter->apply(images, {.step = 3, .keys = keys});
    CHECK(both.images.sizes() == images.sizes());
    CHECK(both.images.min().item<double>() >= 0);
    CHECK(both.images.max().item<double>() <= 1);
    auto wished = both.images.square().sum();
    if (both.loss.defined()) {
      CHECK(both.loss.sizes() == at::IntArrayRef({2}));
      wished = wished + both.loss.sum();
    }
    wished.backward();
    CHECK(images.grad().isfinite().all().item<bool>());
    CHECK(images.grad().abs().sum().item<double>() > 0);
    const std::vector<CutoutKey> second{{.seed = 2}};
    const auto alone = filter->apply(images.detach().slice(0, 1, 2), {.step = 3, .keys = second});
    CHECK((alone.images[0] - both.images[1]).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("what is shown of a picture does not depend on chance") {
  for (const auto& entry : filters()) {
    INFO(std::string(entry.name));
    const auto image = torch::rand({1, 3, 16, 16});
    const auto filter = entry.make(entry.options());
    CHECK(torch::equal(filter->apply(image, {.step = 1}).images,
                       filter->apply(image, {.step = 2}).images));
  }
}

TEST_CASE("a lookup shows nearest colours, passes the gradient through and keeps to its palette") {
  const auto entry = find(filters(), "lookup", "filter");
  auto options = entry.options();
  set(options, "palette", std::string("[black,white]"));
  set(options, "space", std::string("rgb"));
  auto image = torch::full({1, 3, 2, 2}, 0.25).requires_grad_(true);
  const auto [shown, loss] = entry.make(options)->apply(image, {});
  CHECK(shown.abs().max().item<double>() == 0);
  CHECK(loss.item<double>() == Approx(11 * 0.0625));  // beta MSE + MSE
  shown.sum().backward({}, true);
  CHECK((image.grad() - 1).abs().max().item<double>() == 0);
  image.mutable_grad() = at::Tensor();
  loss.sum().backward();
  CHECK(image.grad()[0][0][0][0].item<double>() == Approx(10 * 2 * 0.25 / 12));
}

TEST_CASE("a lookup in OKLab tells a dark blue from black") {
  const auto entry = find(filters(), "lookup", "filter");
  auto image = torch::zeros({1, 3, 1, 1});
  image[0][2] = 0.45;
  for (const std::string space : {"rgb", "oklab"}) {
    auto options = entry.options();
    set(options, "palette", std::string("[black,blue]"));
    set(options, "space", space);
    const auto shown = entry.make(options)->apply(image, {}).images;
    CHECK(shown[0][2][0][0].item<double>() == (space == "rgb" ? 0 : 1));
  }
}

TEST_CASE("grey has the luminance of the colour, and leaves grey as it is") {
  const auto filter = find(filters(), "grey", "filter").make(defaults("grey"));
  auto image = torch::zeros({1, 3, 1, 3});
  image[0][0][0][0] = 1;            // red
  image.slice(3, 1, 2).fill_(0.3);  // a grey
  image[0][1][0][2] = 1;            // green
  const auto shown = filter->apply(image, {}).images;
  CHECK(shown[0][1][0][0].item<double>() == Approx(0.49836).epsilon(1e-3));  // of a light of 0.2126
  CHECK(shown[0][2][0][1].item<double>() == Approx(0.3).epsilon(1e-4));
  CHECK(shown[0][0][0][2].item<double>() == Approx(0.86267).epsilon(1e-3));  // of 0.7152
}

TEST_CASE("a colour map goes through its palette by brightness") {
  const auto entry = find(filters(), "colour_map", "filter");
  auto options = entry.options();
  set(options, "palette", std::string("[navy,red,white]"));
  auto image = torch::zeros({1, 3, 1, 3});
  image.slice(3, 1, 2).fill_(0.25);
  image.slice(3, 2, 3).fill_(1);
  const auto shown = entry.make(options)->apply(image, {}).images[0].squeeze(1);  // [3, 3]
  const auto wanted =
      torch::tensor({{0.0F, 0.5F, 1.0F}, {0.0F, 0.0F, 1.0F}, {0.50196F, 0.25098F, 1.0F}});
  CHECK((shown - wanted).abs().max().item<double>() < 1e-4);
}

TEST_CASE("a blur spreads a point as a Gaussian does and keeps its light") {
  const auto entry = find(filters(), "blur", "filter");
  auto options = entry.options();
  set(options, "sigma", 100.0 * 2 / 33);  // 2 pixels
  auto image = torch::zeros({1, 3, 33, 33});
  image.select(2, 16).select(2, 16) = 1;
  const auto shown = entry.make(options)->apply(image, {}).images[0][0];
  CHECK(shown.sum().item<double>() == Approx(1).epsilon(1e-4));
  const double middle = shown[16][16].item<double>();
  CHECK(middle == Approx(1 / (2 * 3.14159265 * 4)).epsilon(0.01));
  CHECK(shown[16][18].item<double>() / middle == Approx(std::exp(-0.5)).epsilon(1e-4));
  CHECK(shown[14][18].item<double>() / middle == Approx(std::exp(-1.0)).epsilon(1e-4));
}

TEST_CASE("sharpening raises the step between two greys and leaves even places alone") {
  auto options = defaults("sharpen");
  set(options, "sigma", 5.0);
  const auto filter = find(filters(), "sharpen", "filter").make(options);
  auto image = torch::full({1, 3, 40, 40}, 0.4);
  image.slice(3, 20) = 0.6;
  const auto row = filter->apply(image, {}).images[0][0][20];
  CHECK(row[0].item<double>() == Approx(0.4).epsilon(1e-4));
  CHECK(row[19].item<double>() < 0.39);
  CHECK(row[20].item<double>() > 0.61);
  CHECK((row[19] + row[20]).item<double>() == Approx(1).epsilon(1e-4));
}

TEST_CASE("a kaleidoscope looks the same in every mirror") {
  const auto entry = find(filters(), "kaleidoscope", "filter");
  auto options = entry.options();
  set(options, "folds", std::int64_t{4});
  auto generator = make_generator(5, "kaleidoscope");
  const auto image = torch::rand({1, 3, 24, 24}, generator);
  const auto shown = entry.make(options)->apply(image, {}).images;
  CHECK((shown - shown.flip({3})).abs().max().item<double>() < 1e-4);
  CHECK((shown - shown.flip({2})).abs().max().item<double>() < 1e-4);
  CHECK((shown - shown.rot90(1, {2, 3})).abs().max().item<double>() < 1e-4);
  // Half of the wedge that begins upwards and turns left is the picture itself.
  CHECK((shown - image)[0][0][2][10].abs().item<double>() < 1e-4);
}

TEST_CASE("wallpaper hangs the picture beside itself as its kind says") {
  const auto entry = find(filters(), "wallpaper", "filter");
  auto generator = make_generator(6, "wallpaper");
  const auto image = torch::rand({1, 3, 8, 8}, generator);
  // Every pixel that is seen has the neighbour to its right that hangs there on the wall.
  const auto seen_pairs = [&](const std::string& kind) {
    auto options = entry.options();
    set(options, "kind", kind);
    const auto filter = entry.make(options);
    std::set<std::pair<float, float>> pairs;
    for (std::int64_t step = 0; step < 40; ++step) {
      const std::vector<CutoutKey> keys{{.seed = 3}};
      const auto seen =
          filter->apply(image, {.step = step, .keys = keys}).images[0][0].contiguous();
      CHECK(seen.sizes() == at::IntArrayRef({8, 8}));
      for (std::int64_t x = 0; x + 1 < 8; ++x) {
        pairs.insert({seen[0][x].item<float>(), seen[0][x + 1].item<float>()});
      }
    }
    return pairs;
  };
  const auto at = [&](std::int64_t y, std::int64_t x) { return image[0][0][y][x].item<float>(); };
  const auto has_pair = [&](const std::set<std::pair<float, float>>& pairs, std::int64_t shift,
                            bool is_mirrored) {
    std::size_t count = 0;
    for (std::int64_t y = 0; y < 8; ++y) {
      count += pairs.count({at(y, 7), at((y + shift) % 8, is_mirrored ? 7 : 0)});
    }
    return count > 0;
  };
  const auto plain = seen_pairs("none");
  CHECK(has_pair(plain, 0, false));
  CHECK_FALSE(has_pair(plain, 4, false));
  const auto shifted = seen_pairs("shift");
  CHECK(has_pair(shifted, 4, false));
  CHECK_FALSE(has_pair(shifted, 0, false));
  const auto mirrored = seen_pairs("horizontal");
  CHECK(has_pair(mirrored, 0, true));
  CHECK_FALSE(has_pair(mirrored, 0, false));
}

TEST_CASE("edges that are to match cost nothing where they do, and are cut off once") {
  const auto entry = find(filters(), "wallpaper", "filter");
  auto options = entry.options();
  set(options, "kind", std::string("none"));
  set(options, "edge_match", std::int64_t{4});
  const auto filter = entry.make(options);
  auto generator = make_generator(7, "wallpaper");
  const auto tile = torch::rand({1, 3, 12, 12}, generator);
  const auto repeated = tile.repeat({1, 1, 2, 2}).slice(2, 0, 16).slice(3, 0, 16);
  const auto found = filter->apply(repeated, {});
  CHECK(found.loss.item<double>() == Approx(0).margin(1e-9));
  CHECK(filter->apply(torch::rand({1, 3, 16, 16}), {}).loss.item<double>() > 0.1);
  // What is shown is the tile, four thirds as large: pixel 1 lies between its pixels 0 and 1.
  CHECK(found.images.sizes() == repeated.sizes());
  const auto even = filter->apply(torch::full({1, 3, 16, 16}, 0.5), {}).images;
  CHECK((even - 0.5).abs().max().item<double>() < 1e-4);
  set(options, "edge_match", std::int64_t{8});
  CHECK_THROWS_AS(entry.make(options)->apply(repeated, {}), Error);
}

TEST_CASE("the tiler rolls the picture, another way in each step") {
  const auto image = torch::rand({1, 3, 16, 16});
  const auto filter = find(filters(), "tiler", "filter").make(defaults("tiler"));
  const std::vector<CutoutKey> keys{{.seed = 7}};
  const auto one = filter->apply(image, {.step = 1, .keys = keys}).images;
  const auto other = filter->apply(image, {.step = 2, .keys = keys}).images;
  CHECK_FALSE(torch::equal(one, other));
  CHECK(one.sum().item<double>() == Approx(image.sum().item<double>()).epsilon(1e-5));
  CHECK(torch::equal(one, filter->apply(image, {.step = 1, .keys = keys}).images));
}

}  // namespace
}  // namespace pincel::filter_test
