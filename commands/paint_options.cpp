// SPDX-License-Identifier: MIT
#include "commands/paint_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "commands/idle_options.h"
#include "commands/model_store.h"
#include "commands/paint_presets.h"
#include "commands/paint_resume.h"
#include "commands/palette_files.h"
#include "commands/pixel_size.h"
#include "commands/used_files.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "core/precision.h"
#include "core/tensor.h"
#include "guidance/cutout_views.h"
#include "prompts/wishes.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

// The presets of --quality, as a config file would have them.
struct Quality {
  std::string_view name;
  std::string_view yaml;
};
constexpr Quality kQualities[] = {
    {"draft", "{steps: 44, bank: 8, cutouts: {count: 8}, width: 128, height: 128}"},
    {"normal", ""},
    {"better", "{steps: 180, bank: 48, cutouts: {count: 24}, width: 256, height: 256}"},
    {"best", "{steps: 360, bank: 64, cutouts: {count: 32}, width: 384, height: 384}"},
};

void apply_size(PaintRequest& request) {
  if (request.run.size.empty()) return;
  const PixelSize size = parse_size(request.run.size);
  request.picture.width = size.width;
  request.picture.height = size.height;
}

Settings quality_settings(const std::string& name) {
  for (const Quality& quality : kQualities) {
    if (quality.name == name) {
      return Settings::from_yaml(quality.yaml, "--quality " + name);
    }
  }
  fail(ExitCode::internal, "quality '{}' has no preset", name);
}

std::string prompt_of(const CommandLine& line) {
  std::string prompt;
  for (const std::string& word : line.words) prompt += (prompt.empty() ? "" : " ") + word;
  return prompt;
}

// Everything that is written as a prompt is checked before anything is loaded.
void check_prompts(GuidanceOptions& guidance) {
  PromptOptions& others = guidance.other_prompts;
  rejoin(others);
  if (!guidance.prompts.empty() || !others.names_what_to_paint()) parse_story(guidance.prompts);
  for (const auto* texts : {&others.images, &others.labels, &others.noises, &others.vectors}) {
    for (const std::string& text : *texts) parse_prompt(text);
  }
  for (const std::string& text : others.regions) parse_story(parse_region(text).prompts);
}

// The matte does not turn with the picture.
void expect_still_matte(const PaintOptions& picture) {
  for (const std::string& filter : picture.guidance.filters) {
    const bool moves_pixels = filter.substr(0, filter.find(':')) == "kaleidoscope";
    require(!picture.layers.matte.alpha || !moves_pixels, ExitCode::bad_value,
            "alpha: the filter '{}' moves pixels but not how opaque they are; leave one of the two "
            "out",
            filter);
  }
}

// Those that are stored: the picture's own, and what else its bytes depend on.
std::vector<Field> stored_fields(PaintRequest& request) {
  std::vector<Field> fields = fields_of(request.picture);
  for (Field& field : fields_of(request.run)) {
    const bool is_stored = field.name == "device" || field.name == "threads" ||
                           field.name == "stop_after" ||
                           (field.name == "recipe" && !request.run.recipe.empty()) ||
                           (field.name == "style" && !request.run.style.empty());
    if (is_stored) fields.push_back(field);
  }
  std::erase_if(fields, [&](const Field& field) { return is_idle(field.name, request.picture); });
  return fields;
}

}  // namespace

std::vector<Field> paint_fields(PaintRequest& request) {
  std::vector<Field> fields = fields_of(request.run);
  const std::vector<Field> own = fields_of(request.picture);
  fields.insert(fields.end(), own.begin(), own.end());
  return fields;
}

void resolve_machine(PaintRequest& request) {
  const at::Device device = pick_device(request.run.device);
  request.run.device = device.str();
  request.picture.precision = precision_name(precision_for(request.picture.precision, device));
  if (!request.run.cuda_graph) request.picture.graphs = GraphUse::never;
  if (!request.run.memory.empty()) {
    request.picture.memory = memory_size(request.run.memory, "memory");
  }
  if (request.run.threads == 0) {
    request.run.threads = std::max(1U, std::thread::hardware_concurrency());
  }
  if (request.picture.seed < 0) {
    request.picture.seed = static_cast<std::int64_t>(std::random_device{}());
  }
}

PaintRequest resolve_request(const CommandLine& line) {
  if (line.settings.has("resume")) return resumed_request(line);
  Settings given = line.settings;
  if (!line.words.empty()) given.set("prompts", prompt_of(line), "prompt");
  PaintRequest request;
  given.fill(paint_fields(request));  // everything is checked once, and `quality` is known

  std::optional<PictureMetadata> before;
  const std::string recipe = request.run.recipe;
  const std::string style = request.run.style;
  Settings below = preset_settings("recipe", recipe)
                       .overlay(preset_settings("style", style))
                       .overlay(quality_settings(request.run.quality));
  if (!request.run.from.empty()) {
    require(recipe.empty(), ExitCode::usage,
            "--from paints as its picture says; leave --recipe {} away", recipe);
    require(style.empty(), ExitCode::usage,
            "--from paints as its picture says; leave --style {} away", style);
    before = read_picture_metadata(request.run.from);
    below = Settings::from_yaml(before->config, request.run.from);
  }
  request = {};
  below.overlay(given).fill(paint_fields(request));
  const bool has_prompts = given.has("prompts") || before ||
                           request.picture.guidance.other_prompts.names_what_to_paint();
  require(has_prompts, ExitCode::usage,
          "no prompt; as in: pincel paint \"a red apple on a blue background\"");
  check_prompts(request.picture.guidance);
  if (!before) expect_layers(request.picture.layers, request.picture.init);
  expect_still_matte(request.picture);
  draw_views(request.picture.guidance.cutouts, {}, {});  // can its recipe be followed?
  static_cast<void>(RateShape::parse(request.picture.rate_shape));
  read_palette_pictures(paint_fields(request));
  apply_size(request);
  resolve_machine(request);
  if (!before && !given.has("prior")) leave_foreign_prior(request.picture);
  resolve_files(request, given, before);
  return request;
}

std::string config_yaml(PaintRequest request) {
  leave_shipped_files(request.picture);
  return to_yaml(stored_fields(request));
}

std::string config_json(PaintRequest request) {
  change_files(request.picture,
               [](const std::string& path) { return fs::path(path).filename().string(); });
  return to_json(stored_fields(request));
}

}  // namespace pincel
