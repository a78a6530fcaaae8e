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
#include "commands/palette_files.h"
#include "commands/pixel_size.h"
#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/data_folder.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "core/picture.h"
#include "core/precision.h"
#include "core/sha256.h"
#include "core/tensor.h"
#include "core/utf8.h"
#include "generator/code_transformer.h"
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

using Several = std::vector<std::string>& (*)(PaintOptions&);

// A file that an option names, and which is shipped for it.
struct FileRole {
  const char* name;
  std::string PaintOptions::*option;  // null where it is several
  const char* shipped;                // name of the model that is; "" where there is none
  const char* kind;                   // of a model that may be given by name; "" where it is a file
  Several several = nullptr;
  bool is_prompt = false;  // the file stands among words: "photo.jpg#0,0,9,9:0.5"
};
constexpr FileRole kRoles[] = {
    {"clip", nullptr, "guide", "clip",
     [](PaintOptions& options) -> std::vector<std::string>& { return options.guides; }},
    {"vqgan", &PaintOptions::vqgan, "vqgan", "vqgan"},
    {"prior_weights", &PaintOptions::prior_weights, "prior", "prior"},
    {"init", &PaintOptions::init, "", ""},
    {"mask", nullptr, "", ""},
    {"overlay", nullptr, "", ""},
    {"sample.model", &PaintOptions::sample_model, "", "transformer"},
    {"sample.condition", &PaintOptions::sample_condition, "", ""},
    {"image_prompts", nullptr, "", "",
     [](PaintOptions& options) -> std::vector<std::string>& {
       return options.guidance.other_prompts.images;
     },
     true},
    {"vector_prompts", nullptr, "", "vector",
     [](PaintOptions& options) -> std::vector<std::string>& {
       return options.guidance.other_prompts.vectors;
     },
     true},
    {"region", nullptr, "", "",
     [](PaintOptions& options) -> std::vector<std::string>& {
       return options.guidance.other_prompts.regions;
     },
     true},
    {"label_templates", nullptr, "", "", nullptr},
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

// The text of an option that names one file.
std::string& single_file(const FileRole& role, PaintOptions& options) {
  if (role.option != nullptr) return options.*role.option;
  if (role.name == std::string_view("mask")) return options.layers.mask;
  if (role.name == std::string_view("overlay")) return options.layers.overlay;
  return options.guidance.other_prompts.label_templates;
}

// The files that a role names, one text each: empty for the shipped one.
std::vector<std::string> files_of(const FileRole& role, PaintOptions& options) {
  if (role.several == nullptr) return {single_file(role, options)};
  const auto& files = role.several(options);
  const bool is_shipped = files.empty() && *role.shipped != '\0';
  return is_shipped ? std::vector<std::string>{""} : files;
}

void set_files(const FileRole& role, const std::vector<std::string>& files, PaintOptions& options) {
  if (role.several == nullptr) {
    single_file(role, options) = files.at(0);
  } else {
    role.several(options) = files;
  }
}

// Pictures that belong to the painting itself: --init, --mask, --overlay.
bool is_layer(const FileRole& role) {
  const std::string_view name = role.name;
  return name == "init" || name == "mask" || name == "overlay";
}

// What `change` makes of the model in "model:weight" or of the file in a prompt, the rest as it
// was.
template <class Change>
std::string with_model(const FileRole& role, const std::string& text, const Change& change) {
  if (role.is_prompt) return with_prompt_file(role.name, text, change);
  if (is_layer(role)) return with_layer_files(role.name, text, change);
  if (role.several == nullptr) return change(text);
  const std::string model = named_weight(text).name;
  return change(model) + text.substr(model.size());
}

std::vector<UsedFile> files_in_role(const std::vector<UsedFile>& files, const std::string& role) {
  std::vector<UsedFile> found;
  for (const UsedFile& file : files) {
    if (file.role == role) found.push_back(file);
  }
  return found;
}

std::string flag_of(const FileRole& role) {
  std::string flag = role.name;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

// A picture names its files without their folders: the shipped ones are known, others may lie
// beside the picture or where the program was started.
fs::path find_again(const UsedFile& file, const FileRole& role, const fs::path& picture) {
  std::vector<fs::path> places{picture.parent_path() / file.name, file.name};
  if (*role.shipped != '\0') {
    places.insert(places.begin(), shipped_model(role.shipped).parent_path() / file.name);
  }
  std::error_code ignored;
  for (const fs::path& place : places) {
    if (fs::is_regular_file(place, ignored)) return place;
  }
  fail(ExitCode::missing_input, "{} was painted with '{}'; say where it is: --{} FILE",
       picture.string(), file.name, flag_of(role));
}

bool is_needed(const FileRole& role, const PaintOptions& options) {
  if (role.option == &PaintOptions::vqgan) return options.drawer == "vqgan";
  if (role.option == &PaintOptions::prior_weights) {
    return options.drawer == "vqgan" && options.prior > 0;
  }
  const bool is_of_sample =
      role.option == &PaintOptions::sample_model || role.option == &PaintOptions::sample_condition;
  if (is_of_sample) return options.init == kSampleInit;
  const PromptOptions& prompts = options.guidance.other_prompts;
  if (role.name == std::string_view("label_templates")) return !prompts.labels.empty();
  return true;
}

void expect_shipped(const fs::path& path, const std::string& flag) {
  std::error_code ignored;
  require(fs::exists(path, ignored), ExitCode::missing_input,
          "{}: these weights belong to the program and are missing; get the whole repository, or "
          "name others with --{} FILE",
          path.string(), flag);
}

// A file, or the name of one among the user's own.
fs::path find_vector(const std::string& name) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  const fs::path folder = data_folder() / "vectors";
  fs::path file = folder / (name + ".safetensors");
  require(fs::exists(file, ignored), ExitCode::missing_input,
          "vector_prompts: '{}' is no file, and no name of one in {}; make one with 'pincel vector "
          "A B --output v.safetensors'",
          printable(name), folder.string());
  return file;
}

// The file or folder that an option names, or what is shipped for it.
fs::path path_of(const FileRole& role, const std::string& option) {
  if (option.empty()) {
    fs::path shipped = shipped_model(role.shipped);
    expect_shipped(shipped, flag_of(role));
    return shipped;
  }
  if (role.kind == std::string_view("vector")) return find_vector(option);
  return *role.kind == '\0' ? fs::path(option) : find_model(option, role.kind);
}

// The shipped prior knows the shipped models alone, of the CLIPs the first is asked; with others
// there is none, unless one is named.
void leave_foreign_prior(PaintOptions& options) {
  const bool is_own_guide =
      options.guides.empty() || named_weight(options.guides[0]).name == "guide";
  const bool is_own = is_own_guide && options.vqgan.empty();
  if (!is_own && options.prior_weights.empty()) options.prior = 0;
}

// Finds the file that one text of a role names, or `used`, that a picture was painted with.
fs::path resolve_file(const FileRole& role, const std::string& text, const UsedFile* used,
                      PaintRequest& request) {
  const bool is_region = role.name == std::string_view("region");
  // Its error knows the shapes.
  if (is_region && used == nullptr) static_cast<void>(Region(text, 0));
  fs::path path =
      path_of(role, used == nullptr ? text : find_again(*used, role, request.run.from).string());
  const bool is_picture =
      is_layer(role) || role.name == std::string_view("image_prompts") || is_region;
  if (is_picture) decode_picture(path);  // is it one at all?
  const bool is_transformer = role.option == &PaintOptions::sample_model;
  const fs::path file = is_transformer ? transformer_in(path) : checkpoint_in(path);
  const std::string sum = sha256_of_file(InputFile(file));
  require(used == nullptr || used->sha256 == sum, ExitCode::bad_data,
          "{}: not the file that {} was painted with (sha256 {}..., expected {}...)", path.string(),
          request.run.from, sum.substr(0, 12), used == nullptr ? "" : used->sha256.substr(0, 12));
  request.files.push_back({role.name, file.filename().string(), sum});
  return path;
}

// Notes the file behind every role and checks that a picture is painted again with the same ones.
void resolve_files(PaintRequest& request, const Settings& given,
                   const std::optional<PictureMetadata>& before) {
  for (const FileRole& role : kRoles) {
    std::vector<UsedFile> used;
    if (before && !given.has(role.name)) used = files_in_role(before->files, role.name);
    std::vector<std::string> texts = files_of(role, request.picture);
    if (!is_needed(role, request.picture)) continue;
    std::size_t number = 0;  // of those that name a file: a region may have none
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (used.empty() && texts[i].empty() && *role.shipped == '\0') continue;
      texts[i] = with_model(role, texts[i], [&](const std::string& model) {
        const UsedFile* before_this = number < used.size() ? &used[number] : nullptr;
        ++number;
        return resolve_file(role, model, before_this, request).string();
      });
    }
    set_files(role, texts, request.picture);
  }
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

PaintRequest resolve_request(const CommandLine& line) {
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
  for (const FileRole& role : kRoles) {
    std::vector<std::string> files = files_of(role, request.picture);
    const std::string shipped = shipped_model(role.shipped).string();
    if (files.size() == 1 && files[0] == shipped) files[0].clear();  // the default
    if (role.several != nullptr && files == std::vector<std::string>{""}) files.clear();
    set_files(role, files, request.picture);
  }
  return to_yaml(stored_fields(request));
}

std::string config_json(PaintRequest request) {
  for (const FileRole& role : kRoles) {
    std::vector<std::string> files = files_of(role, request.picture);
    for (std::string& file : files) {
      file = with_model(role, file,
                        [](const std::string& path) { return fs::path(path).filename().string(); });
    }
    set_files(role, files, request.picture);
  }
  return to_json(stored_fields(request));
}

}  // namespace pincel
