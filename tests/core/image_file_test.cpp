// SPDX-License-Identifier: MIT
#include "core/image_file.h"

#include <torch/torch.h>

#include <limits>

#include "tests/temporary_folder.h"

namespace pincel::image_file_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("an image written as PNG is read back to the nearest of 256 levels") {
  const TemporaryFolder folder;
  const at::Tensor image = torch::rand({1, 3, 5, 7});
  write_image(folder / "a.png", image, {{"parameters", "a cat"}});
  const at::Tensor found = read_image(folder / "a.png");
  CHECK(found.sizes() == at::IntArrayRef{1, 3, 5, 7});
  CHECK(found.dtype() == torch::kFloat);
  CHECK((found - image).abs().max().item<float>() <= 0.5F / 255 + 1e-6F);
  CHECK(read_png_text(folder / "a.png").at(0).text == "a cat");
  write_image(folder / "b.png", found[0]);
  CHECK(read_image(folder / "b.png").equal(found));
}

TEST_CASE("every level of a byte survives, and values outside are clamped") {
  const at::Tensor levels = torch::arange(256, torch::kFloat).div(255).expand({3, 1, 256});
  CHECK(from_picture(to_picture(levels)).equal(levels.unsqueeze(0)));
  const at::Tensor outside = torch::tensor({-3.0F, 4.0F}).expand({3, 1, 2});
  const Picture picture = to_picture(outside);
  CHECK(picture.rgb == std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255});
}

TEST_CASE("JPEG comes close") {
  const TemporaryFolder folder;
  const at::Tensor image = torch::linspace(0, 1, 64).view({1, 1, 8, 8}).expand({1, 3, 8, 8});
  write_image(folder / "a.JPG", image);
  CHECK((read_image(folder / "a.JPG") - image).abs().max().item<float>() < 0.03F);
}

TEST_CASE("an image with a gradient, or in half precision, is written") {
  const at::Tensor image = torch::rand({1, 3, 2, 2}).requires_grad_();
  CHECK(to_picture(image).rgb.size() == 12);
  CHECK(to_picture(image.to(torch::kHalf)).rgb.size() == 12);
}

TEST_CASE("what is not an image or has no picture's name is refused") {
  const TemporaryFolder folder;
  const at::Tensor image = torch::rand({1, 3, 2, 2});
  for (const char* name : {"a.gif", "a", "a.png.txt"}) {
    CHECK(has(refusal(ExitCode::bad_value, [&] { write_image(folder / name, image); }),
              "expected .png"));
  }
  at::Tensor wrong = image.clone();
  wrong[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  refusal(ExitCode::bad_data, [&] { write_image(folder / "a.png", wrong); });
  CHECK(!std::filesystem::exists(folder / "a.png"));
  CHECK_THROWS_AS(to_picture(torch::rand({2, 3, 2, 2})), c10::Error);
  CHECK_THROWS_AS(to_picture(torch::rand({1, 4, 2, 2})), c10::Error);
}

}  // namespace
}  // namespace pincel::image_file_test
