// SPDX-License-Identifier: MIT
#include "core/picture_write.h"

#include <torch/torch.h>

#include "core/atomic_file.h"
#include "core/image_file.h"
#include "core/picture_text.h"
#include "core/png_chunks.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_write_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// Smooth, so that what is lost of it is little.
at::Tensor ramp() {
  const auto x = torch::linspace(0, 1, 32).expand({24, 32});
  const auto y = torch::linspace(0, 1, 24).unsqueeze(1).expand({24, 32});
  return torch::stack({x, y, 1 - (x + y) / 2}).unsqueeze(0).contiguous();
}

TEST_CASE("every format is read back as what was written, with its texts") {
  const TemporaryFolder folder;
  const std::vector<PngText> texts{{"pincel", "{\"prompt\": \"<a> & 'ñandú' \\u0007\nline\"}"},
                                   {"parameters", "un ñandú 🎨\nSteps: 3"},
                                   {"Software", "pincel 1"}};
  for (const std::string format : {"png", "jpeg", "webp"}) {
    INFO(format);
    const auto path = folder / ("a" + suffix_of_format(format));
    write_file_atomically(path, encode_picture(ramp(), {.name = format}, texts));
    CHECK(format_of_name(path) == format);
    CHECK((read_image(path) - ramp()).abs().max().item<float>() < 0.05F);
    const auto found = read_picture_text(path);
    REQUIRE(found.size() == 3);
    CHECK(found[0].keyword == "pincel");
    CHECK(found[0].text == texts[0].text);
    CHECK(found[1].text == texts[1].text);
  }
}

TEST_CASE("a picture without texts has none, and says so") {
  const TemporaryFolder folder;
  for (const std::string format : {"png", "jpeg", "webp"}) {
    const auto path = folder / ("a" + suffix_of_format(format));
    write_file_atomically(path, encode_picture(ramp(), {.name = format}));
    CHECK(read_picture_text(path).empty());
  }
}

TEST_CASE("a WebP of fidelity 100 is without loss") {
  const TemporaryFolder folder;
  const auto path = folder / "a.webp";
  write_file_atomically(path,
                        encode_picture(ramp(), {.name = "webp", .fidelity = 100}, {{"x", "y"}}));
  CHECK(read_image(path).equal(from_picture(to_picture(ramp()))));
}

TEST_CASE("a PNG of 16 bits keeps levels between those of a byte") {
  const std::string png = encode_picture(ramp(), {.depth = 16}, {{"pincel", "{}"}});
  std::string header;
  for_each_png_chunk(png, "picture", [&](const PngChunk& chunk) {
    if (chunk.type == "IHDR") header = chunk.body;
  });
  REQUIRE(header.size() == 13);
  CHECK(header[8] == 16);  // bits
  CHECK(header[9] == 2);   // RGB
  const TemporaryFolder folder;
  const auto path = folder.file("a.png", png);
  CHECK((read_image(path) - ramp()).abs().max().item<float>() <= 0.5F / 255 + 1e-4F);
  CHECK(read_picture_text(path).at(0).text == "{}");
}

TEST_CASE("EXIF holds the parameters as galleries read them") {
  const std::string block = exif_block({{"parameters", "aé🎨"}, {"Software", "pincel"}});
  CHECK(block.starts_with(std::string("MM\0\x2A", 4)));
  const std::string comment("UNICODE\0\0a\0\xE9\xD8\x3C\xDF\xA8", 16);
  CHECK(block.ends_with(comment));
  CHECK(has(block, "pincel"));
}

TEST_CASE("texts are found in a packet that others have rewritten, and broken ones are not") {
  CHECK(texts_of_xmp("<x><pincel:pincel>a&amp;b&#xA;</pincel:pincel></x>").at(0).text == "a&b\n");
  CHECK(texts_of_xmp("<pincel:pincel>no end").empty());
  CHECK(texts_of_xmp("<pincel:").empty());
  CHECK(texts_of_xmp("<pincel:a b>x</pincel:a b>").empty());
  CHECK(texts_of_xmp("<pincel:a>\xFF</pincel:a>").empty());
}

TEST_CASE("what a format cannot hold is refused") {
  CHECK(has(
      refusal(ExitCode::bad_value, [] { encode_picture(ramp(), {.name = "webp", .depth = 16}); }),
      "a PNG can have 16"));
  refusal(ExitCode::bad_value, [] { encode_picture(ramp(), {.depth = 12}); });
  refusal(ExitCode::bad_value, [] { encode_picture(ramp(), {.name = "jpeg", .fidelity = 0}); });
  const std::string much(70000, 'x');
  CHECK(has(refusal(ExitCode::bad_value,
                    [&] {
                      encode_picture(ramp(), {.name = "jpeg"}, {{"pincel", much}});
                    }),
            "64 KiB"));
  CHECK(encode_picture(ramp(), {.name = "webp"}, {{"pincel", much}}).size() > much.size());
}

TEST_CASE("a JPEG or WebP that ends too early has no texts to read") {
  const TemporaryFolder folder;
  for (const std::string format : {"jpeg", "webp"}) {
    const std::string bytes = encode_picture(ramp(), {.name = format}, {{"pincel", "{}"}});
    for (std::size_t size = 1; size < bytes.size(); size += 7) {
      const auto path = folder.file("cut", std::string_view(bytes).substr(0, size));
      try {
        read_picture_text(path);
      } catch (const Error& error) {
        CHECK(error.code() == ExitCode::bad_data);
      }
    }
  }
}

}  // namespace
}  // namespace pincel::picture_write_test
