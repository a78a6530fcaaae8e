// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "commands/foreign_settings.h"
#include "commands/paint_options.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::import_test {
namespace {

PaintRequest request_of(const Imported& imported) {
  PaintRequest request;
  Settings::from_yaml(imported_yaml(imported, "a test"), "imported").fill(paint_fields(request));
  return request;
}

PaintRequest pixray(const std::string& yaml) {
  return request_of(import_pixray(Settings::from_yaml(yaml, "pixray.yaml")));
}

PaintRequest rodent(const std::string& line) { return request_of(import_nerdyrodent(line)); }

bool leaves(const Imported& imported, const std::string& name) {
  return std::any_of(imported.without.begin(), imported.without.end(),
                     [&](const std::string& text) { return text.starts_with(name); });
}

ExitCode code_of(const std::string& yaml) {
  try {
    pixray(yaml);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::ok;
}

TEST_CASE("a quality of Pixray sets steps, views and a size of whole cells") {
  const PaintRequest better = pixray("prompts: a red apple\nquality: better\n");
  CHECK(better.run.recipe == "pixray");
  CHECK(better.picture.guidance.prompts == "a red apple");
  CHECK(better.picture.steps == 300);
  CHECK(better.picture.guidance.cutouts.count == 36);
  CHECK(better.picture.width == 576);
  CHECK(better.picture.height == 320);
  const PaintRequest best =
      pixray("prompts: x\nquality: best\naspect: square\niterations: 20\nscale: 1\n");
  CHECK(best.picture.steps == 20);
  CHECK(best.picture.guidance.cutouts.passes == 2);
  CHECK(best.picture.width == 144);
  CHECK(best.picture.height == 144);
}

TEST_CASE("Pixray's prompts, spots, labels and noises become prompts here") {
  const PaintRequest request = pixray(
      "prompts: ['a red apple:2', 'text:-0.5']\n"
      "spot_prompts: a yellow sun\nspot_prompts_off: a blue sky\n"
      "labels: 'apple, pear'\nnoise_prompt_seeds: [3, 4]\nnoise_prompt_weights: [0.5, -1]\n"
      "target_images: me.png:0.5\n");
  const GuidanceOptions& guidance = request.picture.guidance;
  CHECK(guidance.prompts == "a red apple:2 | text:-0.5");
  CHECK(guidance.other_prompts.regions ==
        std::vector<std::string>{"spot=a yellow sun", "not spot=a blue sky"});
  CHECK(guidance.other_prompts.labels == std::vector<std::string>{"apple", "pear"});
  CHECK(guidance.other_prompts.noises == std::vector<std::string>{"3:0.5", "4:-1"});
  CHECK(guidance.other_prompts.images == std::vector<std::string>{"me.png:0.5"});
}

TEST_CASE("Pixray's rates and drops are counted as ours") {
  const PaintRequest request =
      pixray("prompts: x\nlearning_rate: 0.1\nlearning_rate_drops: [50, 200i]\noptimiser: Adam\n");
  CHECK(request.picture.rate == Approx(0.1 / 0.7535).epsilon(1e-4));
  CHECK(request.picture.rate_shape == "1@0 1@50% 0.1@50% 0.1@200 0.01@200");
  const PaintRequest pixels = pixray("prompts: x\ndrawer: fast_pixel\npixel_size: [64, 36]\n");
  CHECK(pixels.picture.drawer == "rgb");
  CHECK(pixels.picture.rate == Approx(0.8));
  CHECK(pixels.picture.height == 216);
}

TEST_CASE("Pixray's losses, filters and palettes keep their weights") {
  const PaintRequest request = pixray(
      "prompts: x\nlosses: 'symmetry:2, saturation'\nsaturation_weight: 0.5\n"
      "custom_loss: ['smoothness:3', 'resmem']\nsmoothness_type: clipped\n"
      "filters: lookup\npalette: 'black->white\\4'\ninit_weight_pix: 0.2\n");
  CHECK(request.picture.guidance.losses ==
        std::vector<std::string>{"symmetry:2", "saturation:0.5", "smoothness:3", "keep:0.2"});
  CHECK(request.picture.guidance.filters == std::vector<std::string>{"lookup"});
}

TEST_CASE("every setting of Pixray without a counterpart is named, with the reason") {
  const Imported imported = import_pixray(Settings::from_yaml(
      "prompts: x\nclip_models: ViT-B/32\nvdiff_skip: 10\nseed: my seed\ndrawer: vdiff\n"
      "display_every: 20\nanimation_dir: frames\ninit_image: 'http://a.b/c.png'\n"
      "init_noise: None\n",
      "pixray.yaml"));
  for (const char* name : {"clip_models", "vdiff_skip", "seed", "drawer", "display_every",
                           "animation_dir", "init_image"}) {
    CAPTURE(name);
    CHECK(leaves(imported, name));
    CHECK(imported_yaml(imported, "x").find("# without a counterpart: " + std::string(name)) !=
          std::string::npos);
  }
  CHECK_FALSE(leaves(imported, "init_noise"));
}

TEST_CASE("unknown settings and bad values of Pixray are refused") {
  CHECK(code_of("promts: x\n") == ExitCode::config);
  CHECK(code_of("iterations: many\n") == ExitCode::config);
  CHECK(code_of("prompts: {a: 1}\n") == ExitCode::config);
  CHECK(code_of("transparent: maybe\n") == ExitCode::config);
  CHECK(code_of("prompts: &a x\n") == ExitCode::config);
  CHECK(code_of("iterations: null\n") == ExitCode::config);
  CHECK(code_of("quality: godly\n") == ExitCode::bad_value);
  CHECK(code_of("drawer: clay\n") == ExitCode::bad_value);
  CHECK(code_of("size: [64]\n") == ExitCode::bad_value);
  CHECK(code_of("size: [a, b]\n") == ExitCode::bad_value);
  CHECK(code_of("num_cuts: 5000\n") == ExitCode::bad_value);
  CHECK(code_of("learning_rate_drops: soon\n") == ExitCode::bad_value);
  CHECK_THROWS_WITH(pixray("promts: x\n"), Catch::Matchers::Contains("did you mean 'prompts'?"));
  CHECK_THROWS_WITH(pixray("num_cuts: 5000\n"), Catch::Matchers::Contains("num_cuts"));
}

TEST_CASE("a command line of nerdyrodent's program becomes a config") {
  const PaintRequest request = rodent(
      "python generate.py -p 'a red apple | \"ripe\":0.5' -i 300 -s 200 144 -cuts 16 -lr 0.2 "
      "-sd 7 -aug Ji Pe Sh -opt AdamW -cd cpu -se 25 --output apple.png -nps 1 2 -npw 0.5 0.25");
  CHECK(request.run.recipe == "nerdyrodent");
  CHECK(request.picture.guidance.prompts == "a red apple | \"ripe\":0.5");
  CHECK(request.picture.steps == 300);
  CHECK(request.picture.width == 192);
  CHECK(request.picture.height == 144);
  CHECK(request.picture.seed == 7);
  CHECK(request.picture.guidance.cutouts.count == 16);
  CHECK(request.picture.rate == Approx(0.2 / 0.7535).epsilon(1e-4));
  CHECK(request.picture.optimiser == "adamw");
  CHECK(request.run.device == "cpu");
  CHECK(request.run.output == "apple.png");
  CHECK(request.run.preview_every == 25);
  CHECK(request.picture.guidance.other_prompts.noises ==
        std::vector<std::string>{"1:0.5", "2:0.25"});
  CHECK(leaves(import_nerdyrodent("-p x -aug Ji Sh Ts"), "augments Ts"));
}

TEST_CASE("its cut methods and stories become ours") {
  CHECK(rodent("-p x -cutm original -cutp 2").picture.guidance.cutouts.recipe == "crowson");
  CHECK(rodent("-p x -cutm updatedpooling").picture.guidance.cutouts.recipe == "nerdyrodent");
  CHECK(rodent("-p 'a ^ b ^ c' -cpe 50").picture.guidance.prompts == "a ^ @50 b ^ @100 c");
  CHECK(rodent("-p 'a ^ b'").picture.guidance.prompts == "a");
  CHECK(rodent("-p a\\ red\\ apple").picture.guidance.prompts == "a red apple");
}

TEST_CASE("a command line that its program would not take is refused") {
  const auto code = [](const std::string& line) {
    try {
      rodent(line);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::ok;
  };
  CHECK(code("generate.py -p 'a red apple") == ExitCode::bad_value);
  CHECK(code("generate.py --promts x") == ExitCode::usage);
  CHECK(code("generate.py -p x -zz 3") == ExitCode::usage);
  CHECK(code("generate.py stray") == ExitCode::usage);
  CHECK(code("generate.py -i") == ExitCode::usage);
  CHECK(code("generate.py -i many") == ExitCode::bad_value);
  CHECK(code("generate.py -s 100") == ExitCode::bad_value);
  CHECK(code("generate.py -opt SGD") == ExitCode::bad_value);
  CHECK(code("generate.py -s 4 4") == ExitCode::bad_value);
}

}  // namespace
}  // namespace pincel::import_test
