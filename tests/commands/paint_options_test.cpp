// SPDX-License-Identifier: MIT
#include "commands/paint_options.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::paint_options_test {
namespace {

namespace fs = std::filesystem;

// A home whose weights are only names: requests are resolved without loading them.
class Home {
 public:
  Home() {
    path_ = fs::temp_directory_path() / "pincel_paint_options_test";
    fs::remove_all(path_);
    for (const char* file :
         {"guidance/weights/guide.safetensors", "generator/weights/vqgan.safetensors",
          "generator/weights/prior.safetensors"}) {
      fs::create_directories((path_ / file).parent_path());
      std::ofstream(path_ / file) << "weights of " << file;
    }
    setenv("PINCEL_HOME", path_.c_str(), 1);
  }
  ~Home() {
    unsetenv("PINCEL_HOME");
    fs::remove_all(path_);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

PaintRequest resolve(const std::vector<std::string>& arguments) {
  PaintRequest defaults;
  return resolve_request(
      read_command_line({"paint", "PROMPT", "", ""}, arguments, paint_fields(defaults)));
}

ExitCode code_of(const std::vector<std::string>& arguments) {
  try {
    resolve(arguments);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::ok;
}

// Writes the picture that a request would give, without painting it.
fs::path write_picture(const PaintRequest& request, const fs::path& path) {
  PictureMetadata metadata;
  metadata.prompt = request.picture.guidance.prompts;
  metadata.config = config_json(request);
  metadata.files = request.files;
  const std::vector<std::uint8_t> pixels(3, 0);
  write_file_atomically(path, encode_png(pixels.data(), 1, 1, 3, picture_texts(metadata)));
  return path;
}

TEST_CASE("a size is two sides from 1 to 8192, or one for a square") {
  const Home home;
  CHECK(resolve({"apple", "--size", "256x192"}).picture.width == 256);
  CHECK(resolve({"apple", "--size", "256x192"}).picture.height == 192);
  CHECK(resolve({"apple", "--size", "1x8192"}).picture.height == 8192);
  CHECK(resolve({"apple", "--size", "100"}).picture.height == 100);
  for (const char* bad : {"0", "0x0", "100000", "8193x1", "1x8193", "64x", "x64", "64x64x64",
                          "-64x64", "64X64", "6 4x64", "0x40x0x40", "1e2x1e2"}) {
    CAPTURE(bad);
    CHECK(code_of({"apple", "--size", bad}) == ExitCode::bad_value);
  }
}

TEST_CASE("words without quotes are one prompt, and there must be one") {
  const Home home;
  CHECK(resolve({"a", "red", "apple"}).picture.guidance.prompts == "a red apple");
  CHECK(code_of({}) == ExitCode::usage);
  CHECK(code_of({""}) == ExitCode::bad_value);
  CHECK(code_of({" "}) == ExitCode::bad_value);
}

TEST_CASE("a seed that is not given is drawn, one that is given stays") {
  const Home home;
  CHECK(resolve({"apple", "--seed", "0"}).picture.seed == 0);
  const std::int64_t first = resolve({"apple"}).picture.seed;
  CHECK(first >= 0);
  CHECK((resolve({"apple"}).picture.seed != first || resolve({"apple"}).picture.seed != first));
}

TEST_CASE("a preset of quality gives way to every other wish") {
  const Home home;
  const PaintRequest draft = resolve({"apple", "--quality", "draft"});
  const PaintRequest best = resolve({"apple", "--quality", "best"});
  CHECK(draft.picture.steps < best.picture.steps);
  CHECK(draft.picture.width < best.picture.width);
  CHECK(resolve({"apple", "--quality", "draft", "--steps", "7"}).picture.steps == 7);
  CHECK(resolve({"apple", "--quality", "draft", "--size", "50x40"}).picture.width == 50);
}

TEST_CASE("the resolved options read back as the same request") {
  const Home home;
  const PaintRequest request =
      resolve({"apple | pear:0.5", "--size", "70x50", "--seed", "3", "--cutouts.count", "5"});
  const fs::path config = home.path() / "config.yaml";
  std::ofstream(config) << config_yaml(request);
  const PaintRequest again = resolve({"--config", config.string()});
  CHECK(config_yaml(again) == config_yaml(request));
  CHECK(again.picture.seed == 3);
  CHECK(again.picture.guidance.cutouts.count == 5);
  CHECK(config_yaml(request).find(home.path().string()) == std::string::npos);
}

TEST_CASE("a picture names no folders and is painted again with the files it names") {
  const Home home;
  const fs::path own = home.path() / "my guide.safetensors";
  std::ofstream(own) << "other weights";
  const PaintRequest request = resolve({"apple", "--seed", "3", "--clip", own.string()});
  CHECK(config_json(request).find(home.path().string()) == std::string::npos);
  const fs::path picture = write_picture(request, home.path() / "picture.png");

  const PaintRequest again = resolve({"--from", picture.string()});
  CHECK(config_json(again) == config_json(request));
  CHECK(again.picture.guides == std::vector<std::string>{own.string()});
  CHECK(resolve({"--from", picture.string(), "--seed", "4"}).picture.seed == 4);

  std::ofstream(own) << "weights that have changed";
  CHECK(code_of({"--from", picture.string()}) == ExitCode::bad_data);
  fs::remove(own);
  CHECK(code_of({"--from", picture.string()}) == ExitCode::missing_input);
}

TEST_CASE("the example in configs is taken") {
  const Home home;
  const std::string example = std::string(PINCEL_SOURCE_DIR) + "/configs/paint.yaml";
  CHECK(resolve({"apple", "--config", example}).picture.seed == 7);
}

TEST_CASE("weights that a painting does not use need not be there") {
  const Home home;
  fs::remove(home.path() / "generator/weights/prior.safetensors");
  CHECK(code_of({"apple"}) == ExitCode::missing_input);
  CHECK(resolve({"apple", "--prior", "0"}).files.size() == 2);
  CHECK(resolve({"apple", "--drawer", "rgb"}).files.size() == 1);
}

TEST_CASE("a first picture is looked at before anything is loaded") {
  const Home home;
  const std::string text = (home.path() / "text.png").string();
  std::ofstream(text) << "no picture";
  CHECK(code_of({"apple", "--init", text}) == ExitCode::bad_data);
  CHECK(code_of({"apple", "--init", "nowhere.png"}) == ExitCode::missing_input);
}

}  // namespace
}  // namespace pincel::paint_options_test
