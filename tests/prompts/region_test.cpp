// SPDX-License-Identifier: MIT
#include "prompts/region.h"

#include <ATen/ATen.h>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::region_test {
namespace {

using tests::has;
using tests::refusal;

constexpr std::int64_t kHeight = 40;
constexpr std::int64_t kWidth = 60;

at::Tensor mask_of(const std::string& place, double edge = 0) {
  return Region(place, edge).mask(kHeight, kWidth, at::Device(at::kCPU));
}
double at_percent(const at::Tensor& mask, double x, double y) {
  return mask[0][0][static_cast<std::int64_t>(y * kHeight / 100)]
             [static_cast<std::int64_t>(x * kWidth / 100)]
                 .item<double>();
}

}  // namespace

TEST_CASE("shapes cover what their names say") {
  struct Case {
    const char* place;
    double share;         // of the picture
    double x, y;          // a point inside, in percent
    double out_x, out_y;  // a point outside
  };
  const Case cases[] = {{"left", 0.5, 2, 50, 98, 50},
                        {"right", 0.5, 98, 50, 2, 50},
                        {"top", 0.5, 50, 2, 50, 98},
                        {"bottom", 0.5, 50, 98, 50, 2},
                        {"centre", 0.25, 50, 50, 5, 50},
                        {"center", 0.25, 50, 50, 5, 50},
                        {"box 10 20% 30 40", 0.12, 25, 40, 50, 40},
                        {"circle 25 50 30", 3.14159 * 144 / 2400, 25, 50, 75, 50},
                        {"not left", 0.5, 98, 50, 2, 50}};
  for (const Case& item : cases) {
    CAPTURE(item.place);
    const auto mask = mask_of(item.place);
    CHECK(mask.sizes() == at::IntArrayRef({1, 1, kHeight, kWidth}));
    CHECK(mask.mean().item<double>() == Approx(item.share).epsilon(0.03));
    CHECK(at_percent(mask, item.x, item.y) == 1);
    CHECK(at_percent(mask, item.out_x, item.out_y) == 0);
  }
  CHECK(at_percent(mask_of("spot"), 50, 50) > 0.9);
  CHECK(at_percent(mask_of("spot"), 5, 5) == 0);
}

TEST_CASE("an edge is soft, and none where the picture ends") {
  const auto mask = mask_of("left", 0.5)[0][0][20];  // over 20 pixels
  CHECK(mask[0].item<double>() == 1);
  CHECK(mask[29].item<double>() == Approx(0.525));
  CHECK(mask[59].item<double>() == 0);
  CHECK((mask.slice(0, 1) - mask.slice(0, 0, -1)).max().item<double>() <= 0);
  CHECK(at::allclose(mask_of("left", 0.3) + mask_of("not left", 0.3),
                     at::ones({1, 1, kHeight, kWidth})));
}

TEST_CASE("a mask may be a picture, of any size") {
  const tests::TemporaryFolder folder;
  auto image = at::zeros({1, 3, 10, 10});
  image.slice(2, 5, 10).fill_(1.0);
  write_image(folder / "mask.png", image);
  const std::string file = (folder / "mask.png").string();
  CHECK_FALSE(is_shape(file));
  CHECK(at_percent(mask_of(file), 50, 95) == Approx(1).margin(0.01));
  CHECK(at_percent(mask_of(file), 50, 5) == Approx(0).margin(0.01));
  CHECK(at_percent(mask_of("not " + file), 50, 5) == Approx(1).margin(0.01));
  const auto sharp = at_percent(mask_of(file, 0), 50, 40);
  CHECK(at_percent(mask_of(file, 0.6), 50, 40) > sharp + 0.1);
  write_image(folder / "black.png", at::zeros({1, 3, 4, 4}));
  const std::string black = (folder / "black.png").string();
  CHECK(has(refusal(ExitCode::bad_value, [&] { mask_of(black); }), "nothing"));
}

TEST_CASE("a place that is none is refused in one line") {
  const auto refused = [](const std::string& place) {
    return refusal(ExitCode::bad_value, [&] { mask_of(place); });
  };
  CHECK(has(refused("lefd"), "did you mean 'left'"));
  CHECK(has(refused("left 20"), "expected none"));
  CHECK(has(refused("box 1 2 3"), "X Y W H"));
  CHECK(has(refused("box 1 2 3 x"), "'x'"));
  CHECK(has(refused("box 120 0 10 10"), "nothing"));
  for (const char* text : {"left", "=a cat", "left="}) {
    CAPTURE(text);
    CHECK(has(refusal(ExitCode::bad_value, [&] { parse_region(text); }), "--region"));
  }
  CHECK(parse_region(" left = a = b").prompts == "a = b");
}

}  // namespace pincel::region_test
