// SPDX-License-Identifier: MIT
#include "commands/batch_items.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "core/sha256.h"
#include "prompts/slug.h"
#include "prompts/wishes.h"

namespace pincel {
namespace {

constexpr std::size_t kMostShared = 64;     // resolved settings that are kept
constexpr double kUsualPixels = 192 * 192;  // of which a pass takes 8
constexpr std::array kOfTheList = {"output", "resume", "quiet", "json"};

std::string models_of(const PaintRequest& request) {
  const PaintOptions& picture = request.picture;
  std::string text = request.run.device + "\n" + picture.precision + "\n" + picture.drawer;
  for (const std::string& guide : picture.guides) text += "\n" + guide;
  text += "\n" + picture.vqgan + "\n" + picture.sample_model + "\n" + picture.init;
  if (picture.prior > 0) text += "\n" + picture.prior_weights;
  return sha256(text).substr(0, 16);
}

// Of all that decides on the picture but prompts and seed; the same on any machine.
std::string sum_of(PaintRequest request, const std::string& precision) {
  request.run.device.clear();
  request.run.threads = 0;
  request.picture.precision = precision;
  request.picture.guidance.prompts.clear();
  request.picture.seed = 0;
  std::string text = config_json(request);
  text += to_json(fields_of(request.run.out));
  if (!request.run.moderate.empty()) text += "\nmoderate " + request.run.moderate;
  for (const UsedFile& file : request.files) {
    text += "\n";
    text += file.role;
    text += " ";
    text += file.sha256;
  }
  return sha256(text);
}

std::int64_t usual_at_once(const PaintOptions& picture) {
  const double pixels = static_cast<double>(picture.width) * static_cast<double>(picture.height);
  return std::clamp<std::int64_t>(std::llround(std::floor(8 * kUsualPixels / pixels)), 1, 8);
}

}  // namespace

// What an item says, by itself and through what holds for all.
struct BatchItems::Given {
  std::string prompts;
  std::string others;  // all settings but prompts and seed, JSON
  std::string precision;
  std::int64_t seed = 0;
  bool has_prompts = false;
  bool has_seed = false;
};

BatchItems::BatchItems(Settings common, ExpandOptions options, std::filesystem::path wildcards)
    : common_(std::move(common)),
      options_(std::move(options)),
      prompts_(options_.wildcards.empty() ? std::move(wildcards)
                                          : std::filesystem::path(options_.wildcards)) {}

BatchItems::Given BatchItems::given_in(const ListItem& item) const {
  for (const char* name : kOfTheList) {
    require(!item.settings.has(name), ExitCode::config,
            "{}: '{}' belongs to the whole list, not to one item", item.place, name);
  }
  const Settings all = common_.overlay(item.settings);
  PaintRequest read;
  std::vector<Field> fields = paint_fields(read);
  all.fill(fields);
  Given given{.prompts = read.picture.guidance.prompts,
              .others = {},
              .precision = read.picture.precision,
              .seed = read.picture.seed,
              .has_prompts = all.has("prompts"),
              .has_seed = read.picture.seed >= 0};
  std::erase_if(fields, [&](const Field& field) {
    return field.name == "prompts" || field.name == "seed" || !all.has(field.name);
  });
  given.others = to_json(fields);
  return given;
}

const SharedRequest& BatchItems::shared(const std::string& settings, bool has_prompts) {
  std::string key = has_prompts ? "+" : "-";
  key += settings;
  const auto known = shared_.find(key);
  if (known != shared_.end()) return *known->second;
  CommandLine line;
  line.settings = Settings::from_yaml(settings, "the settings");
  if (has_prompts) line.settings.set("prompts", "a picture", "the prompt");
  auto made = std::make_unique<SharedRequest>();
  made->request = resolve_request(line);
  const PaintOptions& picture = made->request.picture;
  PaintRequest plain;
  line.settings.fill(paint_fields(plain));
  made->sum = sum_of(made->request, plain.picture.precision);
  made->group = sha256(made->sum + "\n" + made->request.run.index);
  made->models = models_of(made->request);
  const bool is_alone = picture.plateau.patience > 0;  // its rate is its own
  made->at_once = is_alone ? 1 : options_.at_once > 0 ? options_.at_once : usual_at_once(picture);
  if (shared_.size() >= kMostShared) shared_.clear();
  return *(shared_[key] = std::move(made));
}

std::uint64_t BatchItems::count(const ListItem& item) {
  const Given given = given_in(item);
  std::uint64_t count = 1;
  if (options_.dynamic && given.has_prompts) {
    count = prompts_.read(given.prompts, item.place).count();
  }
  if (options_.samples > 0) count = std::min(count, static_cast<std::uint64_t>(options_.samples));
  const auto seeds = static_cast<std::uint64_t>(options_.seeds);
  return count > DynamicPrompt::kUncounted / seeds ? DynamicPrompt::kUncounted : count * seeds;
}

void BatchItems::expand(const ListItem& item, const std::function<void(const BatchItem&)>& take) {
  Given given = given_in(item);
  const SharedRequest* base = nullptr;
  try {
    base = &shared(given.others, given.has_prompts);
  } catch (const Error& error) {
    throw Error(error.code(), item.place + ": " + error.what());
  }
  const PaintOptions& picture = base->request.picture;
  if (!base->request.run.from.empty()) {  // painted again, but for what the item says
    if (!given.has_prompts) given.prompts = picture.guidance.prompts;
    if (!given.has_seed) given.seed = picture.seed;
    given.has_seed = true;
  }
  const bool is_dynamic = options_.dynamic && given.has_prompts;
  const std::string text = is_dynamic ? given.prompts : "";
  const DynamicPrompt prompt = prompts_.read(text, item.place);
  const std::uint64_t all = prompt.count();
  const auto samples = static_cast<std::uint64_t>(options_.samples);
  const bool is_drawn = samples > 0 && samples < all;
  for (std::uint64_t number = 0; number < (is_drawn ? samples : all); ++number) {
    BatchItem made;
    made.place = item.place;
    made.prompts = !is_dynamic ? given.prompts
                   : is_drawn
                       ? prompt.sample(mix_seed(static_cast<std::uint64_t>(options_.list_seed),
                                                fmt::format("{}/{}", number, text)))
                       : prompt.at(number);
    made.settings = given.others;
    made.group = base->group;
    made.models = base->models;
    made.at_once = base->at_once;
    const std::int64_t steps = picture.steps;
    made.steps =
        base->request.run.stop_after > 0 ? std::min(steps, base->request.run.stop_after) : steps;
    try {
      const bool has_others = picture.guidance.other_prompts.names_what_to_paint();
      if (!made.prompts.empty() || !has_others) parse_story(made.prompts);
    } catch (const Error& error) {
      throw Error(error.code(), item.place + ": " + error.what());
    }
    for (std::int64_t copy = 0; copy < options_.seeds; ++copy) {
      // A seed of its own from what it is, so that it is the same in a longer list.
      const std::string own = fmt::format("seed {} {} {} {} {}", options_.list_seed, copy,
                                          is_drawn ? number : 0, base->sum, made.prompts);
      made.seed = given.has_seed ? given.seed + copy
                                 : static_cast<std::int64_t>(mix_seed(0, sha256(own)) >> 32);
      made.identity = sha256(fmt::format("{} {} {}", base->sum, made.seed, made.prompts));
      made.folder = slug(made.prompts) + "-" + made.identity.substr(0, 12);
      take(made);
    }
  }
}

PaintRequest BatchItems::request(const BatchItem& item, const std::filesystem::path& folder) {
  PaintRequest request = shared(item.settings, !item.prompts.empty()).request;
  request.picture.guidance.prompts = item.prompts;
  request.picture.seed = item.seed;
  request.place = OutputPlace{folder / item.folder, {}};
  return request;
}

}  // namespace pincel
