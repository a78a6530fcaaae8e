// SPDX-License-Identifier: MIT
// What the options of nerdyrodent's VQGAN-CLIP (python generate.py ...) are here.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "commands/pixray_keys.h"

namespace pincel {
namespace {

constexpr double kRodentDeviation = 0.7535;  // of the shipped codebook, in which rates are counted
constexpr std::string_view kRodentModel =
    "the shipped models paint; name yours with --clip and --vqgan";
constexpr std::string_view kNoMotion = "there are no zooms and no films of films here";

struct RodentOption {
  std::string_view brief;
  ForeignKey key;
};
struct RodentTable {
  using enum ForeignKey::Kind;
  static constexpr RodentOption options[] = {
      {"p", {"prompts"}},
      {"ip", {"image_prompts", list}},
      {"i", {"iterations", whole}},
      {"se", {"save_every", whole}},
      {"s", {"size", list}},
      {"ii", {"init_image"}},
      {"in", {"init_noise"}},
      {"iw", {"init_weight", number, "it pulls codes to zero, which draws nothing: --losses keep"}},
      {"m", {"clip_model", text, kRodentModel}},
      {"conf", {"vqgan_config", text, kRodentModel}},
      {"ckpt", {"vqgan_checkpoint", text, kRodentModel}},
      {"nps", {"noise_prompt_seeds", list}},
      {"npw", {"noise_prompt_weights", list}},
      {"lr", {"learning_rate", number}},
      {"cutm", {"cut_method"}},
      {"cuts", {"num_cuts", whole}},
      {"cutp", {"cut_power", number}},
      {"sd", {"seed", whole}},
      {"opt", {"optimiser"}},
      {"o", {"output"}},
      {"aug", {"augments", list}},
      {"vid", {"video", flag}},
      {"vl", {"video_length", number, "a film shows each step, or those of --frames"}},
      {"ofps", {"output_video_fps", number}},
      {"ifps", {"input_video_fps", number, kNoMotion}},
      {"zvid", {"zoom_video", flag, kNoMotion}},
      {"zs", {"zoom_start", number, kNoMotion}},
      {"zse", {"zoom_frequency", number, kNoMotion}},
      {"zsc", {"zoom_scale", number, kNoMotion}},
      {"zsx", {"zoom_shift_x", number, kNoMotion}},
      {"zsy", {"zoom_shift_y", number, kNoMotion}},
      {"cpe", {"change_prompt_every", whole}},
      {"vsd", {"video_style_dir", text, kNoMotion}},
      {"d", {"cudnn_determinism", flag, "the same seed always gives the same picture"}},
      {"cd", {"cuda_device"}},
  };
};

// Words as a shell parts them: by blanks, with quotes and backslashes. Error (bad value) for a
// quote that does not end.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool is_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_escape = c == '\\' && quote != '\'' && i + 1 < line.size();
    const bool is_quote = (c == '"' || c == '\'') && (quote == 0 || quote == c);
    const bool is_blank = quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
    if (is_escape) {
      ++i;
      if (line[i] != '\n') word += line[i];
      is_word = is_word || line[i] != '\n';
    } else if (is_quote) {
      quote = quote == 0 ? c : 0;
      is_word = true;
    } else if (!is_blank) {
      word += c;
      is_word = true;
    } else if (is_word) {
      words.push_back(std::exchange(word, ""));
      is_word = false;
    }
  }
  require(quote == 0, ExitCode::bad_value, "the command line has a quote that does not end");
  if (is_word) words.push_back(word);
  return words;
}

// The option that a word names; null where it names none.
const RodentOption* option_named(std::string_view word) {
  const bool is_long = word.starts_with("--");
  if (!word.starts_with('-')) return nullptr;
  word.remove_prefix(is_long ? 2 : 1);
  for (const RodentOption& option : RodentTable::options) {
    if (word == (is_long ? option.key.name : option.brief)) return &option;
  }
  return nullptr;
}

// What stands before the options: "python generate.py".
std::size_t first_option(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].ends_with(".py")) return i + 1;
  }
  return 0;
}

Settings rodent_settings(std::string_view line) {
  const std::vector<std::string> words = shell_words(line);
  Settings given;
  for (std::size_t i = first_option(words); i < words.size();) {
    const RodentOption* option = option_named(words[i]);
    require(option != nullptr, ExitCode::usage, "'{}' is no option of generate.py",
            printable(words[i]));
    const std::string flag_word = words[i++];
    std::string value;
    for (; i < words.size() && option_named(words[i]) == nullptr; ++i) {
      // What begins like an option and is none would be taken for a value.
      const bool is_unknown = words[i].size() > 1 && words[i][0] == '-' &&
                              words[i].find_first_not_of("-.0123456789") != std::string::npos &&
                              words[i].find(' ') == std::string::npos;
      require(!is_unknown, ExitCode::usage, "'{}' is no option of generate.py",
              printable(words[i]));
      value += (value.empty()                                ? ""
                : option->key.kind == ForeignKey::Kind::list ? ","
                                                             : " ") +
               words[i];
    }
    if (option->key.kind == ForeignKey::Kind::flag && value.empty()) value = "true";
    require(!value.empty(), ExitCode::usage, "{} needs a value", flag_word);
    given.set(option->key.name, value, flag_word);
  }
  return given;
}

std::vector<ForeignKey> rodent_keys() {
  std::vector<ForeignKey> keys;
  for (const RodentOption& option : RodentTable::options) keys.push_back(option.key);
  return keys;
}

struct RodentName {
  std::string_view name, ours;
};
constexpr RodentName kRodentOptimisers[] = {
    {"Adam", "adam"},         {"AdamW", "adamw"}, {"Adagrad", "adagrad"}, {"Adamax", "adamax"},
    {"DiffGrad", "diffgrad"}, {"AdamP", "adamp"}, {"RAdam", "radam"},     {"RMSprop", "rmsprop"}};
constexpr RodentName kRodentCutouts[] = {{"latest", "nerdyrodent"},
                                         {"original", "crowson"},
                                         {"updated", "crowson"},
                                         {"nrupdated", "crowson"},
                                         {"updatedpooling", "nerdyrodent"}};
constexpr RodentName kRodentNoises[] = {{"pixels", "snow"}, {"gradient", "gradient"}};

class RodentImport : private SettingsImport {
 public:
  explicit RodentImport(const Settings& given)
      : SettingsImport(own_, imported_), own_(rodent_keys(), given) {}

  Imported take() {
    to_.set("recipe", "nerdyrodent", "the program");
    prompts();
    copy_whole("iterations", "steps");
    size();
    start();
    if (from_.has("learning_rate")) {
      to_.set("rate", from_.number("learning_rate") / kRodentDeviation, "-lr");
    }
    if (from_.has("optimiser")) {
      to_.set("optimiser", pick_entry(kRodentOptimisers, from_.text("optimiser"), "-opt").ours,
              "-opt");
    }
    cutouts();
    if (from_.has("seed")) {
      to_.lines.push_back({"seed", std::to_string(from_.whole("seed")), "-sd"});
    }
    outputs();
    for (const ForeignKey& key : from_.without_counterpart()) to_.leave(key.name, key.why);
    return std::move(imported_);
  }

 private:
  void prompts() {
    if (from_.has("prompts")) to_.set("prompts", story(from_.text("prompts")), "-p");
    std::vector<std::string> pictures;
    for (const std::string& file : from_.list("image_prompts")) {
      if (file.find("://") == std::string::npos) pictures.push_back(file);
      if (file.find("://") != std::string::npos) to_.leave("image_prompts", kFetchesNothing);
    }
    if (!pictures.empty()) to_.set("image_prompts", pictures, "-ip");
    std::vector<std::string> noises = from_.list("noise_prompt_seeds");
    const auto& weights = from_.list("noise_prompt_weights");
    for (std::size_t i = 0; i < std::min(noises.size(), weights.size()); ++i) {
      noises[i] += ":" + weights[i];
    }
    if (!noises.empty()) to_.set("noise_prompts", noises, "-nps");
  }

  // "a ^ b" changes every so many steps there, evenly here where nothing is said.
  std::string story(const std::string& text) {
    if (!from_.has("change_prompt_every") || from_.whole("change_prompt_every") <= 0) {
      const std::size_t end = std::min(text.find('^'), text.size());
      if (end < text.size()) to_.leave("prompts", "without -cpe only those before '^' are painted");
      return text.substr(0, text.find_last_not_of(' ', end == 0 ? 0 : end - 1) + 1);
    }
    std::string all;
    std::int64_t phase = 0;
    for (std::size_t begin = 0; begin <= text.size(); ++phase) {
      const std::size_t end = std::min(text.find('^', begin), text.size());
      std::string part = text.substr(begin, end - begin);
      part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
      part.erase(part.find_last_not_of(' ') + 1);
      if (phase > 0) all += fmt::format(" ^ @{} ", phase * from_.whole("change_prompt_every"));
      all += part;
      begin = end + 1;
    }
    if (phase > 1) to_.leave("change_prompt_every", "phases do not begin again after the last");
    return all;
  }

  void size() {
    if (!from_.has("size")) return;
    const auto& sides = from_.list("size");
    require(sides.size() == 2, ExitCode::bad_value, "-s has {} numbers, expected two",
            sides.size());
    const auto whole_cells = [](const std::string& side) {
      return std::floor(foreign_number(side, "-s") / 16) * 16;
    };
    to_.set("width", whole_cells(sides[0]), "-s");
    to_.set("height", whole_cells(sides[1]), "-s");
  }

  void start() {
    if (is_file("init_image")) {
      copy_text("init_image", "init");
    } else if (from_.has("init_noise")) {
      to_.set("init", pick_entry(kRodentNoises, from_.text("init_noise"), "-in").ours, "-in");
    }
  }

  void cutouts() {
    copy_whole("num_cuts", "cutouts.count");
    const std::string method = from_.has("cut_method") ? from_.text("cut_method") : "latest";
    const std::string_view ours = pick_entry(kRodentCutouts, method, "-cutm").ours;
    if (from_.has("cut_method")) to_.set("cutouts.recipe", ours, "-cutm");
    if (ours == "crowson") {
      copy_number("cut_power", "cutouts.crowson.power");
      if (method == "original") return;
      to_.leave("cut_method " + method, "its sharpening of views");
      to_.set("cutouts.crowson.augments", {"Hf:1:0.5", "Ji:0.01:0.7", "Af:30:0.8", "Pe:0.2:0.4"},
              "-cutm");
      return;
    }
    if (from_.has("cut_power")) to_.leave("cut_power", "pooled views have no use for it");
    if (method == "updatedpooling") to_.set("cutouts.nerdyrodent.outside", "edge", "-cutm");
    if (method == "latest" && from_.has("augments")) augments();
  }

  void augments() {
    static constexpr std::array<std::string_view, 7> kKnown = {"Ji", "Gn", "Pe", "Ro",
                                                               "Af", "Er", "Re"};
    std::vector<std::string> kept;
    for (const std::string& letters : from_.list("augments")) {
      const bool is_known = std::find(kKnown.begin(), kKnown.end(), letters) != kKnown.end();
      if (is_known) kept.push_back(letters);
      if (!is_known) to_.leave("augments " + printable(letters), kNothingLikeIt);
    }
    to_.set("cutouts.nerdyrodent.augments", kept, "-aug");
  }

  void outputs() {
    copy_text("output", "output");
    copy_whole("save_every", "preview_every");
    if (from_.flag("video")) to_.set("video", "mp4", "-vid");
    const bool has_rate = from_.has("output_video_fps") && from_.number("output_video_fps") > 0;
    if (has_rate) copy_number("output_video_fps", "fps");
    if (!from_.has("cuda_device")) return;
    const std::string& device = from_.text("cuda_device");
    if (device == "cpu") to_.set("device", "cpu", "-cd");
    if (device != "cpu") {
      to_.leave("cuda_device", "a GPU is used where there is one: --device cuda:0");
    }
  }

  ForeignSettings own_;
  Imported imported_;
};

}  // namespace

Imported import_nerdyrodent(std::string_view command_line) {
  return RodentImport(rodent_settings(command_line)).take();
}

}  // namespace pincel
