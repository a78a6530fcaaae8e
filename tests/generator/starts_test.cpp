// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/image_file.h"
#include "core/random.h"
#include "generator/fractal_noise.h"
#include "generator/start.h"
#include "generator/start_picture.h"
#include "tests/temporary_folder.h"

namespace pincel::starts_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::vector<at::Generator> generators_of(const std::vector<std::uint64_t>& seeds) {
  std::vector<at::Generator> generators;
  for (const auto seed : seeds) generators.push_back(make_generator(seed, "init"));
  return generators;
}

at::Tensor drawn(const Entry<MakeStart>& entry, const std::vector<std::uint64_t>& seeds) {
  auto generators = generators_of(seeds);
  return entry.make(entry.options())->draw({.height = 18, .width = 27, .generators = generators});
}

// One with options set by name.
at::Tensor drawn_with(std::string_view name, const Settings& settings, std::uint64_t seed = 1) {
  const auto& entry = find(starts(), name, "start");
  OptionBox options = entry.options();
  settings.fill(options.fields());
  auto generators = generators_of({seed});
  return entry.make(options)->draw({.height = 5, .width = 9, .generators = generators});
}

void check_near(const at::Tensor& found, const std::vector<double>& expected) {
  const auto flat = found.flatten().to(torch::kDouble).contiguous();
  REQUIRE(flat.numel() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(flat.const_data_ptr<double>()[i] == Approx(expected[i]).margin(2e-6));
  }
}

TEST_CASE("every start draws pictures of the size, each from its own seed alone") {
  for (const auto& entry : starts()) {
    INFO(entry.name);
    const auto two = drawn(entry, {1, 2});
    if (!two.defined()) continue;  // the drawer's own noise
    REQUIRE(two.sizes() == at::IntArrayRef({2, 3, 18, 27}));
    CHECK(two.scalar_type() == torch::kFloat);
    CHECK(two.min().item<double>() >= 0);
    CHECK(two.max().item<double>() <= 1);
    CHECK(torch::equal(two[1], drawn(entry, {2})[0]));
    CHECK(torch::equal(two, drawn(entry, {1, 2})));
    if (entry.name != "plain") CHECK_FALSE(torch::equal(two[0], two[1]));
  }
}

// Perlin's noise written out for one pixel.
double noise_at(const at::Tensor& angles, double cell, double x, double y) {
  const double u = x / cell;
  const double v = y / cell;
  const auto column = static_cast<std::int64_t>(std::floor(u));
  const auto row = static_cast<std::int64_t>(std::floor(v));
  const auto fade = [](double t) {
    return 6 * std::pow(t, 5) - 15 * std::pow(t, 4) + 10 * t * t * t;
  };
  double sum = 0;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      const double angle = angles[row + i][column + j].item<double>();
      const double across = u - static_cast<double>(column + j);
      const double down = v - static_cast<double>(row + i);
      const double weight = fade(1 - std::abs(across)) * fade(1 - std::abs(down));
      sum += weight * (std::cos(angle) * across + std::sin(angle) * down);
    }
  }
  return std::sqrt(2.0) * sum;
}

TEST_CASE("gradient noise is Perlin's") {
  const auto row = torch::arange(5, torch::kFloat).unsqueeze(1);
  const auto angles = 1.3 * row + 0.7 * torch::arange(6, torch::kFloat);
  const auto noise = gradient_noise(angles, 3.5, 11, 16);
  REQUIRE(noise.sizes() == at::IntArrayRef({11, 16}));
  for (const auto& [y, x] : {std::pair{0, 0}, {3, 4}, {10, 15}, {7, 0}, {2, 13}}) {
    INFO(y << " " << x);
    CHECK(noise[y][x].item<double>() ==
          Approx(noise_at(angles, 3.5, x + 0.5, y + 0.5)).margin(2e-5));
  }
  // At a corner of cells there is nothing of it: pixel 10 of cells of 3.5 has its middle there.
  CHECK(noise.select(1, 10)[3].item<double>() == Approx(0).margin(1e-5));
}

TEST_CASE("fractal noise is stretched, then its contrast is raised") {
  auto one = generators_of({5});
  auto same = generators_of({5});
  const FractalOptions plain{.cells = 3, .octaves = 2, .persistence = 0.5, .contrast = 1};
  FractalOptions raised = plain;
  raised.contrast = 2;
  const auto n = fractal_noise(plain, {2, 12, 20}, one);
  const auto c = fractal_noise(raised, {2, 12, 20}, same);
  CHECK(n.amin({2, 3}).eq(0).all().item<bool>());
  CHECK(n.amax({2, 3}).eq(1).all().item<bool>());
  CHECK((c - n * n / (n * n + (1 - n) * (1 - n))).abs().max().item<double>() < 1e-6);
}

TEST_CASE("a gradient passes through its colours evenly") {
  Settings settings;
  settings.set("colours", "[black,red,white]", "test");
  settings.set("angle", "0", "test");
  const auto image = drawn_with("gradient", settings);
  check_near(image[0].select(1, 2).select(0, 0), {0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1});
  check_near(image[0].select(1, 2).select(0, 1), {0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1});
  settings.set("kind", "radial", "test");
  settings.set("colours", "[black,white]", "test");
  const auto round = drawn_with("gradient", settings)[0][0];
  const double corner = std::sqrt(20.0);
  check_near(round[2], {4 / corner, 3 / corner, 2 / corner, 1 / corner, 0, 1 / corner, 2 / corner,
                        3 / corner, 4 / corner});
  CHECK(round[0][0].item<double>() == Approx(1));
}

TEST_CASE("snow has grains, and may be fainter or grey") {
  Settings settings;
  settings.set("grain", "4", "test");
  settings.set("amount", "0.5", "test");
  settings.set("grey", "true", "test");
  const auto image = drawn_with("snow", settings)[0];
  CHECK(torch::equal(image[0], image[2]));
  CHECK(image[0].slice(0, 0, 4).slice(1, 4, 8).std().item<double>() == 0);
  CHECK(image[0][0][0].item<double>() != image[0][0][4].item<double>());
  CHECK((image - 0.5).abs().max().item<double>() <= 0.25);
}

TEST_CASE("a start is one picture, or a ground with parts on it") {
  const TemporaryFolder folder;
  const std::string red = (folder / "a=b.png").string();
  write_image(red, torch::tensor({1.0F, 0.0F, 0.0F}).view({1, 3, 1, 1}).expand({1, 3, 4, 4}));
  const auto parts = parse_start("gradient| left = " + red + "  |not circle 50 50 20=snow");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].place.empty());
  CHECK(parts[1].place == "left");
  CHECK(parts[1].source == red);
  CHECK(parts[2].place == "not circle 50 50 20");
  CHECK(parse_start(red).at(0).source == red);  // the '=' belongs to the file's name
  CHECK(has(refusal(ExitCode::bad_value, [] { expect_start("gradiant"); }),
            "did you mean 'gradient'"));
  CHECK(has(refusal(ExitCode::bad_value, [] { parse_start("snow | plain"); }), "says not where"));
  CHECK(has(refusal(ExitCode::bad_value, [] { parse_start("snow |"); }), "one side of a '|'"));
  CHECK(
      has(refusal(ExitCode::bad_value, [] { expect_start("lefd=snow"); }), "did you mean 'left'"));

  const std::string mask = (folder / "mask.png").string();
  write_image(mask, torch::ones({1, 3, 2, 2}));
  const std::string text = "snow | not " + mask + "=" + red;
  std::vector<std::string> files;
  const auto renamed = with_start_files(text, [&](const std::string& file) {
    files.push_back(file);
    return file;
  });
  CHECK(files == std::vector<std::string>{mask, red});
  CHECK(renamed == text);
}

TEST_CASE("parts lie where they are told, the rest is the ground or the noise beneath") {
  const TemporaryFolder folder;
  const auto path = (folder / "half.png").string();
  auto picture = torch::zeros({1, 3, 8, 8});
  picture.slice(3, 4).fill_(1);
  write_image(path, picture);
  const Canvas canvas{.height = 16, .width = 16, .device = at::Device(at::kCPU), .vqgan = nullptr};
  const auto& entry = find(drawers(), "rgb", "drawer");
  const auto start = [&](const std::string& text, StartOptions options) {
    const auto drawer = entry.make(entry.options(), canvas);
    auto generators = generators_of({3});
    const auto begun = start_from_picture(*drawer, canvas, text, options, generators);
    if (begun.defined()) CHECK((drawer->render() - begun).abs().max().item<double>() < 1e-5);
    return drawer->render().detach();
  };
  StartOptions hard;
  hard.edge = 0;
  const auto whole = start("plain | right=" + path, hard)[0][0];  // it is squeezed into its half
  CHECK(whole[8][2].item<double>() == Approx(128 / 255.0));
  CHECK(whole[8][9].item<double>() == Approx(0).margin(0.01));
  CHECK(whole[8][15].item<double>() == Approx(1));
  hard.beneath = "plain";
  const auto same = start("right=" + path, hard)[0][0];
  CHECK(torch::equal(same, whole));
  hard.share = 0.25;  // a quarter of white on grey
  const auto faint = start("box 0 0 100 100=" + path, hard)[0][0];
  CHECK(faint[8][15].item<double>() == Approx(0.25 + 0.75 * 128 / 255));
  const auto noise = start("noise", {});
  const auto drawer = entry.make(entry.options(), canvas);
  auto generators = generators_of({3});
  drawer->start_from_noise(generators);
  CHECK(torch::equal(noise, drawer->render()));
}

}  // namespace
}  // namespace pincel::starts_test
