// SPDX-License-Identifier: MIT
#include "scenes/styles.h"

#include <set>

#include "scenes/backdrops.h"
#include "scenes/sheet.h"
#include "tests/catch.h"

namespace pincel::styles_test {
namespace {

// A red disc on a ground that goes from blue to green.
Sheet test_canvas(int side) {
  Sheet canvas(side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const float v = static_cast<float>(y) / static_cast<float>(side);
      const bool inside = std::hypot(x - side / 2, y - side / 2) < side / 3;
      float* rgb = canvas.at(x, y);
      rgb[0] = inside ? 0.9f : 0.1f;
      rgb[1] = inside ? 0.1f : v;
      rgb[2] = inside ? 0.1f : 1 - v;
    }
  return canvas;
}

double difference(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(a.rgb.size());
}

TEST_CASE("Each style changes the picture, in its own way, the same for the same dice") {
  for (const int side : {64, 96}) {
    const Sheet canvas = test_canvas(side);
    std::vector<Picture> painted;
    for (const Style& style : styles()) {
      INFO(style.name);
      Dice dice(1), same(1);
      painted.push_back(to_picture(style.apply(canvas, dice)));
      CHECK(painted.back().width == side);
      CHECK(painted.back().rgb == to_picture(style.apply(canvas, same)).rgb);
      CHECK(difference(painted.back(), to_picture(canvas)) > 2);
      for (std::size_t i = 0; i + 1 < painted.size(); ++i)
        CHECK(difference(painted[i], painted.back()) > 2);
    }
  }
}

TEST_CASE("Styles, backdrops and colours have words in every language") {
  for (std::size_t language = 0; language < kLanguages; ++language) {
    for (const Style& style : styles()) {
      CHECK_FALSE(style.nouns[language].empty());
      CHECK_FALSE(style.manners[language].empty());
    }
    for (const Backdrop& backdrop : backdrops()) CHECK_FALSE(backdrop.phrases[language].empty());
    for (const Color& color : colors()) {
      CHECK_FALSE(color.names[language].masculine.empty());
      CHECK_FALSE(color.names[language].feminine_many.empty());
    }
  }
  CHECK(colors().size() >= 24);
}

TEST_CASE("Every backdrop paints something of its own") {
  std::set<std::vector<std::uint8_t>> seen;
  for (const Backdrop& backdrop : backdrops()) {
    Sheet canvas(32);
    Dice dice(7);
    backdrop.paint(canvas, dice);
    CHECK(seen.insert(to_picture(canvas).rgb).second);
  }
}

TEST_CASE("A contact sheet holds all pictures, whatever their sizes") {
  const Picture small{2, 2, std::vector<std::uint8_t>(12, 10)};
  const Picture large{8, 4, std::vector<std::uint8_t>(96, 20)};
  const Picture sheet = contact_sheet({small, large, small}, {"uno", "dos más largo", "três"}, 2);
  CHECK(sheet.rgb.size() == static_cast<std::size_t>(sheet.width) * sheet.height * 3);
  CHECK(std::count(sheet.rgb.begin(), sheet.rgb.end(), 20) >= 96);
}

}  // namespace
}  // namespace pincel::styles_test
