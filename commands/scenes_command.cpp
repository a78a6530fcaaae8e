// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/png.h"
#include "scenes/sheet.h"
#include "scenes/world.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr int kSheetColumns = 8;

struct ScenesOptions {
  std::int64_t count = 64;
  std::int64_t seed = 1;
  std::int64_t size = 64;
  std::string kind = "any";
  std::string sheet;
  std::string output;
  std::vector<std::string> things;
  std::string language = "any";
  bool labelled = false;
  bool held_out = false;
  bool list = false;

  template <class V>
  void fields(V&& visit) {
    visit("count", count, "how many scenes", Range{1, 1e6});
    visit("seed", seed, "the scenes of this seed are the same for ever", Range{0, 9e18});
    visit("size", size, "side of a picture in pixels", Range{16, 1024});
    visit("kind", kind, "what they show", OneOf{{"any", "one_thing", "two_things", "styled"}});
    visit("sheet", sheet, "write one PNG with all of them and their captions");
    visit("output", output, "write each as a PNG with its caption in a .txt into this folder");
    visit("things", things, "show these, one after another and over again; by any name of --list");
    visit("language", language, "of the captions", OneOf{{"any", "en", "es", "pt"}});
    visit("labelled", labelled,
          "put each into a folder of --output named after the first thing that it shows");
    visit("held_out", held_out, "scenes that no training draws, to measure on");
    visit("list", list, "print the names of all things in English, Spanish and Portuguese");
  }
};

SceneKind kind_named(const std::string& name) {
  if (name == "one_thing") return SceneKind::one_thing;
  if (name == "two_things") return SceneKind::two_things;
  return name == "styled" ? SceneKind::styled : SceneKind::any;
}

void write_png(const fs::path& path, const Picture& picture) {
  write_file_atomically(path, encode_png(picture.rgb.data(), picture.width, picture.height, 3));
}

void print_things(const World& world) {
  for (int thing = 0; thing < static_cast<int>(world.things().size()); ++thing)
    fmt::print("{}\t{}\t{}\n", world.name(thing, Language::en), world.name(thing, Language::es),
               world.name(thing, Language::pt));
}

void make_scene_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  require(!failure && fs::is_directory(folder), ExitCode::cannot_create,
          "{}: cannot make this folder: {}", folder.string(),
          failure ? failure.message() : "a file is in the way");
}

// Where scene i goes, without the ending.
fs::path stem_of_scene(const ScenesOptions& options, const World& world, const Scene& scene,
                       std::int64_t i) {
  fs::path folder = options.output;
  if (options.labelled) {
    std::string label = world.name(scene.things.at(0), Language::en);
    std::replace(label.begin(), label.end(), '/', '-');
    folder /= label;
    make_scene_folder(folder);
  }
  return folder / fmt::format("scene_{:06}", i);
}

SceneRequest request_of(const ScenesOptions& options) {
  SceneRequest request{.size = static_cast<int>(options.size), .kind = kind_named(options.kind)};
  if (options.language == "en") request.language = static_cast<int>(Language::en);
  if (options.language == "es") request.language = static_cast<int>(Language::es);
  if (options.language == "pt") request.language = static_cast<int>(Language::pt);
  return request;
}

// The things of --things by their numbers. Error (bad value) for one that nobody draws.
std::vector<int> asked_things(const World& world, const std::vector<std::string>& names) {
  std::vector<int> numbers;
  for (const std::string& name : names) {
    numbers.push_back(world.find(name));
    require(numbers.back() >= 0, ExitCode::bad_value,
            "things: no scene shows '{}'; 'pincel scenes --list' names what they show", name);
  }
  return numbers;
}

}  // namespace

int scenes_command(const std::vector<std::string>& arguments) {
  ScenesOptions options;
  const auto line = read_command_line(
      {.name = "scenes",
       .words = "",
       .text = "Draws scenes of the captioned world that the shipped models learnt from.",
       .example = "pincel scenes --count 64 --seed 1 --sheet sheet.png"},
      arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.empty(), ExitCode::usage,
          "scenes: '{}' is no option; `pincel help scenes` lists them",
          line.words.empty() ? "" : line.words.front());
  require(!options.labelled || !options.output.empty(), ExitCode::usage,
          "scenes: --labelled makes folders; give --output FOLDER for them");
  require(options.list || !options.sheet.empty() || !options.output.empty(), ExitCode::usage,
          "scenes: nothing to write; give --sheet FILE.png, --output FOLDER or --list");

  const World world;
  if (options.list) print_things(world);
  if (options.sheet.empty() && options.output.empty()) return 0;
  if (!options.output.empty()) make_scene_folder(options.output);
  SceneRequest request = request_of(options);
  const std::vector<int> things = asked_things(world, options.things);
  const std::uint64_t first =
      static_cast<std::uint64_t>(options.seed) + (options.held_out ? kHeldOut : 0);
  std::vector<Picture> pictures;
  std::vector<std::string> captions;
  for (std::int64_t i = 0; i < options.count; ++i) {
    if (!things.empty()) request.thing = things[static_cast<std::size_t>(i) % things.size()];
    Scene scene = world.draw(first + static_cast<std::uint64_t>(i), request);
    if (!options.output.empty()) {
      const fs::path stem = stem_of_scene(options, world, scene, i);
      write_png(stem.string() + ".png", scene.picture);
      write_file_atomically(stem.string() + ".txt", scene.caption + "\n");
    }
    if (options.sheet.empty()) continue;
    pictures.push_back(std::move(scene.picture));
    captions.push_back(std::move(scene.caption));
  }
  if (!options.sheet.empty())
    write_png(options.sheet, contact_sheet(pictures, captions, kSheetColumns));
  fmt::print("{}\n", options.sheet.empty() ? options.output : options.sheet);
  return 0;
}

}  // namespace pincel
