// SPDX-License-Identifier: MIT
#include "commands/used_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include "commands/model_store.h"
#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/data_folder.h"
#include "core/error.h"
#include "core/picture.h"
#include "core/sha256.h"
#include "core/utf8.h"
#include "generator/code_transformer.h"
#include "prompts/wishes.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

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

// Reading all weights again for each picture of a long list would take longer than some pictures.
std::string known_sum(const fs::path& path) {
  using State = std::tuple<dev_t, ino_t, off_t, time_t, long>;
  static std::map<State, std::string> known;  // NOLINT(*-avoid-non-const-global-variables)
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return sha256_of_file(InputFile(path));
  const State state{found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec,
                    found.st_mtim.tv_nsec};
  const auto at = known.find(state);
  if (at != known.end()) return at->second;
  return known[state] = sha256_of_file(InputFile(path));
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
  const std::string sum = known_sum(file);
  require(used == nullptr || used->sha256 == sum, ExitCode::bad_data,
          "{}: not the file that {} was painted with (sha256 {}..., expected {}...)", path.string(),
          request.run.from, sum.substr(0, 12), used == nullptr ? "" : used->sha256.substr(0, 12));
  request.files.push_back({role.name, file.filename().string(), sum});
  return path;
}

}  // namespace

// The shipped prior knows the shipped models alone, of the CLIPs the first is asked; with others
// there is none, unless one is named.
void leave_foreign_prior(PaintOptions& options) {
  const bool is_own_guide =
      options.guides.empty() || named_weight(options.guides[0]).name == "guide";
  const bool is_own = is_own_guide && options.vqgan.empty();
  if (!is_own && options.prior_weights.empty()) options.prior = 0;
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

void change_files(PaintOptions& picture,
                  const std::function<std::string(const std::string&)>& change) {
  for (const FileRole& role : kRoles) {
    std::vector<std::string> files = files_of(role, picture);
    for (std::string& file : files) {
      if (!file.empty()) file = with_model(role, file, change);
    }
    if (role.several != nullptr && files == std::vector<std::string>{""}) files.clear();
    set_files(role, files, picture);
  }
}

void leave_shipped_files(PaintOptions& picture) {
  for (const FileRole& role : kRoles) {
    std::vector<std::string> files = files_of(role, picture);
    const std::string shipped = shipped_model(role.shipped).string();
    if (files.size() == 1 && files[0] == shipped) files[0].clear();  // the default
    if (role.several != nullptr && files == std::vector<std::string>{""}) files.clear();
    set_files(role, files, picture);
  }
}

}  // namespace pincel
