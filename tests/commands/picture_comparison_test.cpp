// SPDX-License-Identifier: MIT
#include "commands/picture_comparison.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_comparison_test {
namespace {

using tests::has;
using tests::refusal;

Picture plain(int width, int height, std::uint8_t value) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3, value)};
}

TEST_CASE("pixels are as far apart as they are") {
  const Picture a = plain(4, 2, 100);
  Picture b = a;
  b.rgb[0] = 110;
  b.rgb[4] = 90;
  const auto apart = pixel_difference(a, b);
  REQUIRE(apart.has_value());
  CHECK(apart->mean == Approx(20.0 / 24));
  CHECK(apart->psnr == Approx(10 * std::log10(255.0 * 255.0 * 24 / 200)));
  CHECK(apart->largest == 10);
  CHECK(apart->changed == Approx(2.0 / 8));
  CHECK(difference_picture(a, b).rgb[0] == 255);
  CHECK(difference_picture(a, b).rgb[1] == 0);
  const auto same = pixel_difference(a, a);
  CHECK(std::isinf(same->psnr));
  CHECK(same->changed == 0);
  CHECK_FALSE(pixel_difference(a, plain(2, 4, 100)).has_value());
}

TEST_CASE("settings differ where one has another value or none") {
  const auto differences = setting_differences({{"steps", "5"}, {"rate", "0.1"}, {"style", "ink"}},
                                               {{"rate", "0.1"}, {"steps", "6"}, {"init", "snow"}});
  REQUIRE(differences.size() == 3);
  CHECK(differences[0].name == "steps");
  CHECK(differences[0].b == "6");
  CHECK(differences[1].b.empty());
  CHECK(differences[2].name == "init");
}

TEST_CASE("what was not painted here is compared by its pixels alone") {
  const tests::TemporaryFolder folder;
  write_image(folder / "a.png", from_picture(plain(8, 8, 40)));
  write_image(folder / "b.png", from_picture(plain(8, 8, 40)));
  const Comparison of =
      compare_pictures(read_compared(folder / "a.png"), read_compared(folder / "b.png"));
  const std::string text = comparison_text(of);
  CHECK(has(text, "pixels: equal"));
  CHECK(has(text, "carries no settings of 'pincel paint'"));
  const auto json = nlohmann::json::parse(comparison_json(of));
  CHECK(json["pixels"]["psnr"].is_null());
  CHECK(json["a"]["score"].is_null());
  CHECK(comparison_sheet(of, 8).width >= 24);
}

TEST_CASE("a folder without a picture, and nothing at all, are refused") {
  const tests::TemporaryFolder folder;
  CHECK(has(refusal(ExitCode::missing_input, [&] { read_compared(folder.path()); }),
            "without a finished picture"));
  refusal(ExitCode::missing_input, [&] { read_compared(folder / "none.png"); });
}

TEST_CASE("a page of two pictures keeps other people's words from becoming markup") {
  Comparison of;
  of.a.path = "</script><img onerror=x>.png";
  of.a.picture = plain(4, 4, 0);
  of.a.prompt = "<b>bold</b>";
  of.b.picture = plain(4, 4, 255);
  of = compare_pictures(of.a, of.b);
  const std::string page = comparison_page(of);
  CHECK_FALSE(has(page, "<img onerror"));
  CHECK_FALSE(has(page, "<b>bold"));
  CHECK(has(page, "PSNR 0.0 dB"));
}

}  // namespace
}  // namespace pincel::picture_comparison_test
