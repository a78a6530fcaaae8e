// SPDX-License-Identifier: MIT
#include "core/palette.h"

#include <torch/torch.h>

#include <set>

#include "core/colour_names.h"
#include "core/image_file.h"
#include "tests/temporary_folder.h"

namespace pincel::palette_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::string parsed(const std::string& text) { return palette_text(parse_palette(text, "palette")); }

std::string refused(const std::string& text) {
  return refusal(ExitCode::bad_value, [&] { parse_palette(text, "--filter.lookup.palette"); });
}

TEST_CASE("a colour is a name, hex digits or its three parts") {
  CHECK(parsed("[navy, #F80, #102030, (1+2+255), [0+0.2+1], Rebecca Purple, mat:red]") ==
        "[#000080,#ff8800,#102030,#0102ff,#0033ff,#663399,#f44336]");
}

TEST_CASE("a ramp takes even steps from colour to colour, sixteen unless a number is given") {
  CHECK(parsed("black->white\\3") == "[#000000,#808080,#ffffff]");
  CHECK(parsed("red->lime->blue\\5") == "[#ff0000,#808000,#00ff00,#008080,#0000ff]");
  CHECK(parsed("white\\2") == "[#000000,#ffffff]");
  CHECK(parsed("[0+0+0]->[1+1+1]\\2") == "[#000000,#ffffff]");
  CHECK(parse_palette("red->blue", "palette").size() == 16);
  CHECK(parse_palette("navy", "palette").size() == 16);
}

TEST_CASE("a list is taken as it is, or stepped through; sections are joined") {
  CHECK(parsed("[red, white]") == "[#ff0000,#ffffff]");
  CHECK(parsed("[black, white]\\3") == "[#000000,#808080,#ffffff]");
  CHECK(parsed(" [red] ; black->white\\2 ") == "[#ff0000,#000000,#ffffff]");
  const std::string text = parsed("sunset;[red]");
  CHECK(parsed(text) == text);
}

TEST_CASE("every palette has a name of its own and can be read") {
  std::set<std::string> names;
  for (const auto& colour : named_colours()) {
    CHECK(names.insert(std::string(colour.name)).second);
    CHECK(parse_palette(std::string(colour.name) + "\\2", "palette").size() == 2);
  }
  CHECK(named_palettes().size() >= 12);
  for (const auto& palette : named_palettes()) {
    CHECK(names.insert(std::string(palette.name)).second);
    CHECK(parse_palette(palette.name, "palette").size() == palette.colours.size());
  }
}

TEST_CASE("what is no palette is refused in one line that helps") {
  CHECK(has(refused("nawy"), "--filter.lookup.palette: 'nawy' is no colour, did you mean 'navy'?"));
  CHECK(has(refused(""), "empty"));
  CHECK(has(refused("red;;blue"), "empty"));
  CHECK(has(refused("red\\0"), "'\\0' is no number of colours, expected 1 to 1024"));
  CHECK(has(refused("red\\4x"), "expected 1 to 1024"));
  for (const std::string text :
       {"#12", "#12345g", "#-12", "(1+2)", "(1+2+256)", "(1+2+nan)", "[1+2+3]", "red->", "[]",
        "[red,]", "(1,2,3)", "[red", "red\n->x"}) {
    INFO(text);
    CHECK(has(refused(text), "expected"));
  }
  CHECK(has(refused("navy\\1024;red"), "more than 1024 colours"));
}

TEST_CASE("the palette of a picture is its own colours, or the main ones of many") {
  const TemporaryFolder folder;
  auto image = torch::zeros({1, 3, 4, 4});
  image.select(1, 0).slice(2, 2) = 1;  // the lower half red
  write_image(folder / "two.png", image);
  const std::string two = (folder / "two.png").string();
  CHECK(parsed("@" + two) == "[#000000,#ff0000]");
  CHECK(parsed("@" + two + "\\1").size() == std::string("[#000000]").size());

  // Two clouds of colours far from each other.
  auto cloud = 0.02 * torch::rand({1, 3, 64, 64});
  cloud.slice(2, 32) += torch::tensor({0.9F, 0.5F, 0.1F}).view({1, 3, 1, 1});
  write_image(folder / "clouds.png", cloud);
  const auto found = main_colours(to_picture(cloud), 2);
  REQUIRE(found.size() == 2);
  CHECK(found[0][0] == Approx(0.01).margin(0.01));
  CHECK(found[1][0] == Approx(0.91).margin(0.01));
  CHECK(found[1][2] == Approx(0.11).margin(0.01));
  CHECK(parse_palette("@" + (folder / "clouds.png").string() + "\\2", "palette").size() == 2);
  refusal(ExitCode::missing_input, [&] { parse_palette("@" + two + ".no", "palette"); });
}

TEST_CASE("the nearest colour is found as the eye sees it, or by plain distance") {
  const auto palette = palette_tensor(parse_palette("[black,white,red,blue]", "palette"));
  auto image = torch::zeros({1, 3, 1, 2});
  image[0][0][0][0] = 0.8;  // a dark red
  image[0][2][0][1] = 0.9;
  for (const auto& space : kColourSpaces) {
    const auto nearest = nearest_colours(image, palette, space);
    CHECK(nearest[0][0][0].item<int>() == 2);
    CHECK(nearest[0][0][1].item<int>() == 3);
    CHECK(painted_with(palette, nearest)[0][0][0][0].item<float>() == 1);
  }
  // A blue of less than half the number is nearer to black by numbers, not for the eye.
  image.zero_();
  image.select(1, 2) = 0.45;
  CHECK(nearest_colours(image, palette, "rgb")[0][0][0].item<int>() == 0);
  CHECK(nearest_colours(image, palette, "oklab")[0][0][0].item<int>() == 3);
}

}  // namespace
}  // namespace pincel::palette_test
