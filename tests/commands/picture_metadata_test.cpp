// SPDX-License-Identifier: MIT
#include "commands/picture_metadata.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::picture_metadata_test {
namespace {

namespace fs = std::filesystem;

PictureMetadata example() {
  PictureMetadata of;
  of.prompt = "una manzana | \"día\"\nde sol";
  of.config = R"({"seed":7,"guidance":{"cutouts":8}})";
  of.seed = 7;
  of.steps = 250;
  of.width = 192;
  of.height = 128;
  of.threads = 2;
  of.device = "cpu";
  of.dtype = "float32";
  of.files = {{"guide", "guide.safetensors", std::string(64, 'a')},
              {"init", "sky.png", std::string(64, 'd')},
              {"init", "tree.png", std::string(64, 'e')},
              {"vqgan", "vqgan.safetensors", std::string(64, 'b')}};
  return of;
}

fs::path write_picture(const std::vector<PngText>& texts) {
  const std::vector<std::uint8_t> pixels(2 * 2 * 3, 128);
  const fs::path path = fs::temp_directory_path() / "pincel_metadata_test.png";
  write_file_atomically(path, encode_png(pixels.data(), 2, 2, 3, texts));
  return path;
}

std::string text_of(const std::vector<PngText>& texts, const std::string& keyword) {
  for (const PngText& text : texts) {
    if (text.keyword == keyword) return text.text;
  }
  return "";
}

TEST_CASE("what a picture says of itself reads back as it was written") {
  PictureMetadata written = example();
  written.ended = "plateau";
  const fs::path path = write_picture(picture_texts(written));
  const PictureMetadata read = read_picture_metadata(path);
  CHECK(read.prompt == written.prompt);
  CHECK(read.config == written.config);
  CHECK(read.seed == 7);
  CHECK(read.steps == 250);
  CHECK(read.ended == "plateau");
  CHECK(read.width == 192);
  CHECK(read.height == 128);
  CHECK(read.threads == 2);
  CHECK(read.device == "cpu");
  CHECK(read.dtype == "float32");
  REQUIRE(read.files.size() == 4);
  CHECK(read.files[1].name == "sky.png");  // both of a role, in their order
  CHECK(read.files[2].role == "init");
  CHECK(read.files[2].sha256 == std::string(64, 'e'));
  CHECK(read.files[3].role == "vqgan");
  CHECK(read.files[3].sha256 == std::string(64, 'b'));
  fs::remove(path);
}

TEST_CASE("the parameters chunk has the prompt first and one line of named values") {
  const std::string text = text_of(picture_texts(example()), "parameters");
  CHECK(text.starts_with("una manzana | \"día\" de sol\nSteps: 250, Sampler: "));
  CHECK(text.find(", Seed: 7, Size: 192x128, Model hash: bbbbbbbbbb, Model: vqgan") !=
        std::string::npos);
}

TEST_CASE("a picture is marked as made by a model") {
  const fs::path path = write_picture(picture_texts(example()));
  CHECK(text_of(read_png_text(path), "XML:com.adobe.xmp").find("trainedAlgorithmicMedia") !=
        std::string::npos);
  const std::string bytes = read_whole_file(path, 1 << 20);
  CHECK(bytes.find("iTXtXML:com.adobe.xmp") != std::string::npos);
  fs::remove(path);
}

TEST_CASE("pictures without our chunk, or with a broken one, are refused in words") {
  const auto code_of = [](const std::vector<PngText>& texts) {
    const fs::path path = write_picture(texts);
    try {
      read_picture_metadata(path);
    } catch (const Error& error) {
      fs::remove(path);
      return error.code();
    }
    return ExitCode::ok;
  };
  const std::string good = text_of(picture_texts(example()), "pincel");
  CHECK(code_of({{"pincel", good}}) == ExitCode::ok);
  CHECK(code_of({}) == ExitCode::bad_data);
  CHECK(code_of({{"pincel", good.substr(0, good.size() / 2)}}) == ExitCode::bad_data);
  CHECK(code_of({{"pincel", "[]"}}) == ExitCode::bad_data);
  std::string leading = good;
  leading.replace(leading.find("guide.safetensors"), 17, "../../x.safetens");
  CHECK(code_of({{"pincel", leading}}) == ExitCode::bad_data);
}

}  // namespace
}  // namespace pincel::picture_metadata_test
