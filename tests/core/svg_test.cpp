// SPDX-License-Identifier: MIT
#include "core/svg.h"

#include <torch/torch.h>

#include <cstdlib>
#include <limits>

#include "core/atomic_file.h"
#include "core/picture.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::svg_test {
namespace {

TEST_CASE("an SVG says the shapes in few digits") {
  Svg svg(40, 60);
  svg.background(torch::tensor({0.949F, 0.9333F, 0.796F}));
  svg.strokes(
      {.points =
           torch::tensor({1.0F, 2.5F, 3.127F, -0.001F, 5.0F, 6.0F, 7.0F, 8.0F}).view({1, 1, 4, 2}),
       .widths = torch::tensor({{2.0F}}),
       .colours = torch::tensor({1.0F, 0.0F, 0.5F, 0.25F}).view({1, 1, 4})},
      0);
  svg.polygons({.points = torch::tensor({0.0F, 0.0F, 10.0F, 0.0F, 0.0F, 9.5F}).view({1, 1, 3, 2}),
                .colours = torch::tensor({0.0F, 2.0F, -1.0F, 1.0F}).view({1, 1, 4}),
                .is_tiling = true},
               0);
  CHECK(svg.text() ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"40\" "
        "viewBox=\"0 0 60 40\">\n"
        "<rect width=\"60\" height=\"40\" fill=\"#f2eecb\"/>\n"
        "<g fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n"
        "<path d=\"M1 2.5C3.13 0 5 6 7 8\" stroke-width=\"2\" stroke=\"#ff0080\" "
        "stroke-opacity=\"0.25\"/>\n"
        "</g>\n"
        "<g shape-rendering=\"crispEdges\">\n"
        "<polygon points=\"0 0 10 0 0 9.5\" fill=\"#00ff00\"/>\n"
        "</g>\n"
        "</svg>\n");
}

TEST_CASE("an SVG leaves out what is not drawn") {
  const float nothing = std::numeric_limits<float>::quiet_NaN();
  auto points = torch::rand({2, 4, 7, 2}, make_generator(4, "points")) * 20;
  points[1][0][3][1] = nothing;
  auto widths = torch::ones({2, 4});
  widths[1][1] = 0;
  const auto segments = torch::tensor({{2, 2, 2, 2}, {2, 2, 0, 1}}, torch::kLong);
  Svg svg(20, 20);
  svg.strokes({points, widths, torch::ones({2, 4, 4}), segments}, 1);
  const std::string text = svg.text();
  CHECK(text.find("<path") == text.rfind("<path"));  // the last stroke alone, with one segment
  CHECK(text.find('C') == text.rfind('C'));
  CHECK(text.find("nan") == std::string::npos);
}

at::Tensor read(const std::filesystem::path& path) {
  const Picture picture = decode_picture(path);
  return torch::tensor(c10::ArrayRef(picture.rgb), torch::kFloat)
      .view({1, picture.height, picture.width, 3})
      .permute({0, 3, 1, 2})
      .div(255);
}

TEST_CASE("another program draws an SVG as the rasteriser does") {
  if (std::system("rsvg-convert --version >/dev/null 2>&1") != 0) SKIP("no rsvg-convert");
  auto generator = make_generator(9, "drawing");
  const std::int64_t side = 160;
  const auto random = [&](at::IntArrayRef shape) { return torch::rand(shape, generator); };
  const ops::Polygons triangles = {.points = random({1, 12, 3, 2}) * side,
                                   .colours = random({1, 12, 4})};
  const ops::Strokes strokes = {
      .points = (random({1, 40, 1, 2}) + 0.3 * random({1, 40, 7, 2}) - 0.15) * side,
      .widths = 0.6 + 8 * random({1, 40}),
      .colours = random({1, 40, 4}),
      .segments = torch::randint(1, 3, {1, 40}, generator, torch::kLong)};
  const auto paper = random({3});
  Svg svg(side, side);
  svg.background(paper);
  svg.polygons(triangles, 0);
  svg.strokes(strokes, 0);
  const tests::TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.svg", svg.text());
  const std::string command = "rsvg-convert -o " + (folder.path() / "a.png").string() + " " +
                              (folder.path() / "a.svg").string();
  REQUIRE(std::system(command.c_str()) == 0);
  const auto ours = ops::paint_strokes(
      ops::paint_polygons(paper.view({1, 3, 1, 1}).expand({1, 3, side, side}), triangles), strokes);
  const auto apart = (read(folder.path() / "a.png") - ours).abs();
  CHECK(apart.mean().item<double>() < 0.006);  // what edges are smoothed by differs a little
  CHECK(apart.gt(0.2).to(torch::kFloat).mean().item<double>() < 0.002);
}

}  // namespace
}  // namespace pincel::svg_test
