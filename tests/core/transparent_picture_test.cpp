// SPDX-License-Identifier: MIT
#include "core/transparent_picture.h"

#include <torch/torch.h>

#include <limits>

#include "core/atomic_file.h"
#include "core/image_file.h"
#include "core/picture_text.h"
#include "core/picture_write.h"
#include "core/png_chunks.h"
#include "tests/temporary_folder.h"

namespace pincel::transparent_picture_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// Smooth colours that fade from left to right; nowhere wholly transparent, where a file may forget
// the colour.
at::Tensor fading() {
  const auto x = torch::linspace(0.2, 1, 32).expand({24, 32});
  const auto y = torch::linspace(0, 1, 24).unsqueeze(1).expand({24, 32});
  return torch::stack({y, 1 - y, y / 2, x}).unsqueeze(0).contiguous();
}

std::filesystem::path written(const TemporaryFolder& folder, const PictureFormat& format,
                              const std::vector<PngText>& texts) {
  const auto path = folder / ("a" + suffix_of_format(format.name));
  write_file_atomically(path, encode_picture(fading(), format, texts));
  return path;
}

double furthest(const at::Tensor& one, const at::Tensor& other) {
  return (one - other).abs().max().item<double>();
}

TEST_CASE("alpha is read back as it was written, with and without texts") {
  const std::vector<PngText> some{{"pincel", "{\"steps\": 3}"}, {"parameters", "ñandú"}};
  const std::vector<PictureFormat> formats{
      {}, {.depth = 16}, {.name = "webp"}, {.name = "webp", .fidelity = 100}};
  for (const PictureFormat& format : formats) {
    for (const auto& texts : {std::vector<PngText>{}, some}) {
      INFO(format.name << " " << format.depth << " " << format.fidelity << " " << texts.size());
      const TemporaryFolder folder;
      const auto path = written(folder, format, texts);
      const auto found = read_transparent_image(path);
      REQUIRE(found.sizes() == at::IntArrayRef({1, 4, 24, 32}));
      const bool is_exact = format.name == "png" || format.fidelity == 100;
      CHECK(furthest(found, fading()) < (is_exact ? 0.51 / 255 : 0.08));
      CHECK(furthest(found.slice(1, 3), fading().slice(1, 3)) < 0.51 / 255);
      CHECK(read_picture_text(path).size() == texts.size());
      // Who does not ask for alpha gets the picture on white.
      CHECK(furthest(read_image(path), laid_on_white(found)) < 1.01 / 255);
    }
  }
}

TEST_CASE("a transparent PNG of 16 bits says that it has alpha") {
  std::string header;
  for_each_png_chunk(encode_picture(fading(), {.depth = 16}), "picture",
                     [&](const PngChunk& chunk) {
                       if (chunk.type == "IHDR") header = chunk.body;
                     });
  REQUIRE(header.size() == 13);
  CHECK(header[8] == 16);  // bits
  CHECK(header[9] == 6);   // RGB and alpha
}

TEST_CASE("a JPEG lies on white") {
  const TemporaryFolder folder;
  const auto path = written(folder, {.name = "jpeg"}, {});
  CHECK(furthest(read_image(path), laid_on_white(fading())) < 0.05);
  CHECK(read_transparent_image(path).slice(1, 3).eq(1).all().item<bool>());
}

TEST_CASE("a picture without alpha is opaque, laid on white it is itself") {
  const TemporaryFolder folder;
  const auto image = fading().slice(1, 0, 3);
  write_image(folder / "a.png", image);
  CHECK(read_transparent_image(folder / "a.png").slice(1, 3).eq(1).all().item<bool>());
  CHECK(laid_on_white(image).is_same(image));
}

TEST_CASE("alpha that is no number is not written") {
  auto image = fading();
  image[0][3][5][5] = std::numeric_limits<float>::quiet_NaN();
  for (const char* name : {"png", "webp"}) {
    CHECK(has(refusal(ExitCode::bad_data, [&] { encode_picture(image, {.name = name}); }), "NaN"));
  }
}

}  // namespace
}  // namespace pincel::transparent_picture_test
