// SPDX-License-Identifier: MIT
#include "commands/paint_presets.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "commands/paint_options.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::paint_presets_test {
namespace {

// The repository itself.
class Repository {
 public:
  Repository() { setenv("PINCEL_HOME", PINCEL_SOURCE_DIR, 1); }
  ~Repository() { unsetenv("PINCEL_HOME"); }
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
};

PaintRequest resolve(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"a red apple", "--device", "cpu"});
  PaintRequest defaults;
  return resolve_request(
      read_command_line({"paint", "PROMPT", "", ""}, arguments, paint_fields(defaults)));
}

TEST_CASE("every recipe can be painted, from the whole picture and without a prior") {
  const Repository home;
  const auto recipes = paint_presets("recipe");
  REQUIRE(recipes.size() == 4);
  for (const PaintPreset& recipe : recipes) {
    CAPTURE(recipe.name);
    CHECK(recipe.help.size() > 20);
    const PaintRequest request = resolve({"--recipe", recipe.name});
    CHECK(request.picture.coarse == 0);
    CHECK(request.picture.prior == 0);
    CHECK(request.picture.bank == 1);
    CHECK(request.picture.guidance.cutouts.recipe == recipe.name);
    CHECK(config_json(request).find("\"recipe\":\"" + recipe.name + "\"") != std::string::npos);
    CHECK(config_json(request).find("overview") == std::string::npos);  // options of another
  }
}

TEST_CASE("every style can be painted and is stored; flags win over it") {
  const Repository home;
  const auto styles = paint_presets("style");
  REQUIRE(styles.size() >= 20);
  for (const PaintPreset& style : styles) {
    CAPTURE(style.name);
    CHECK(style.help.size() > 10);
    CHECK(style.help.ends_with("."));
    PaintRequest request = resolve({"--style", style.name});
    PaintRequest plain = resolve({});
    request.picture.seed = plain.picture.seed;
    CHECK(to_json(fields_of(request.picture)) != to_json(fields_of(plain.picture)));
    CHECK(config_json(request).find("\"style\":\"" + style.name + "\"") != std::string::npos);
  }
  CHECK(resolve({"--style", "ink"}).picture.steps == 150);
  CHECK(resolve({"--style", "ink", "--steps", "9"}).picture.steps == 9);
  CHECK_THROWS_WITH(resolve({"--style", "moosaic"}),
                    Catch::Matchers::Contains("did you mean 'mosaic'?"));
}

TEST_CASE("recipes hold the defaults of the programs that they are named after") {
  const Repository home;
  const PaintOptions pixray = resolve({"--recipe", "pixray"}).picture;
  CHECK(pixray.width == 384);
  CHECK(pixray.height == 208);
  CHECK(pixray.steps == 250);
  CHECK(pixray.guidance.cutouts.count == 30);
  CHECK(pixray.rate == Approx(0.2 / 0.7535).epsilon(1e-3));
  const PaintOptions nerdyrodent = resolve({"--recipe", "nerdyrodent"}).picture;
  CHECK(nerdyrodent.steps == 500);
  CHECK(nerdyrodent.guidance.cutouts.count == 32);
  CHECK(nerdyrodent.rate == Approx(0.1 / 0.7535).epsilon(1e-3));
  CHECK(resolve({"--recipe", "crowson"}).picture.guidance.cutouts.count == 64);
  CHECK(resolve({"--recipe", "pytti"}).picture.drawer == "rgb");
}

TEST_CASE("a recipe gives way to quality, config files and flags") {
  const Repository home;
  CHECK(resolve({"--recipe", "crowson", "--quality", "draft"}).picture.width == 128);
  CHECK(resolve({"--recipe", "crowson", "--steps", "7"}).picture.steps == 7);
  const auto file = std::filesystem::temp_directory_path() / "pincel_paint_presets_test.yaml";
  std::ofstream(file) << "recipe: crowson\nsteps: 9\nsize: 64x48\n";
  const PaintRequest request = resolve({"--config", file.string(), "--cutouts.count", "3"});
  std::filesystem::remove(file);
  CHECK(request.picture.steps == 9);
  CHECK(request.picture.width == 64);
  CHECK(request.picture.guidance.cutouts.recipe == "crowson");
  CHECK(request.picture.guidance.cutouts.count == 3);
}

TEST_CASE("an unknown recipe is refused with the nearest name, and a bad augment before painting") {
  const Repository home;
  CHECK_THROWS_WITH(resolve({"--recipe", "pixrai"}),
                    Catch::Matchers::Contains("did you mean 'pixray'?"));
  CHECK_THROWS_WITH(
      resolve({"--cutouts.recipe", "nerdyrodent", "--cutouts.nerdyrodent.augments", "Af,Zz"}),
      Catch::Matchers::Contains("unknown augment 'Zz'"));
}

}  // namespace
}  // namespace pincel::paint_presets_test
