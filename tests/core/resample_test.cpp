// SPDX-License-Identifier: MIT
// Against Pillow and torchvision (reference/make_resample.py): not a level apart.
#include "core/resample.h"

#include <torch/torch.h>

#include <filesystem>

#include "core/checkpoint.h"
#include "tests/temporary_folder.h"

namespace pincel::resample_test {
namespace {

using tests::refusal;

// [H, W, 3] uint8
Picture picture_of(const at::Tensor& pixels) {
  const auto* first = pixels.const_data_ptr<std::uint8_t>();
  return {static_cast<int>(pixels.size(1)),
          static_cast<int>(pixels.size(0)),
          {first, first + pixels.numel()}};
}

TEST_CASE("pictures are resized and cut as Pillow and torchvision do") {
  const auto file =
      std::filesystem::path(PINCEL_SOURCE_DIR) / "tests/reference/fixtures/resample.safetensors";
  const auto tensors = open_checkpoint(file).tensors;
  int compared = 0;
  for (const auto& [name, pixels] : tensors) {
    const auto dot = name.find('.');
    if (dot == std::string::npos) continue;
    INFO(name);
    const Picture from = picture_of(tensors.at(name.substr(0, dot)));
    const Picture expected = picture_of(pixels);
    const bool is_square = name.find(".square.") != std::string::npos;
    const auto filter = name.find(".bilinear.") == std::string::npos ? Interpolation::bicubic
                                                                     : Interpolation::bilinear;
    const Picture made = is_square ? centre_square(from, expected.width, filter)
                                   : resized(from, expected.width, expected.height, filter);
    CHECK(made.width == expected.width);
    CHECK(made.height == expected.height);
    CHECK(made.rgb == expected.rgb);
    ++compared;
  }
  CHECK(compared == 30);
}

TEST_CASE("a side that cannot be is refused") {
  const Picture one{1, 1, {1, 2, 3}};
  refusal(ExitCode::bad_value, [&] { resized(one, 0, 5); });
  refusal(ExitCode::bad_value, [&] { centre_square(one, kMaxPictureSide + 1); });
}

TEST_CASE("a picture is shrunk to its longest side, and never enlarged") {
  const Picture picture{8, 4, std::vector<std::uint8_t>(8 * 4 * 3, 50)};
  CHECK(shrunk(picture, 4).width == 4);
  CHECK(shrunk(picture, 4).height == 2);
  CHECK(shrunk(picture, 8).rgb == picture.rgb);
  const Picture line{8, 1, std::vector<std::uint8_t>(8 * 3, 50)};
  CHECK(shrunk(line, 2).height == 1);
}

}  // namespace
}  // namespace pincel::resample_test
