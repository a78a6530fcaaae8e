// SPDX-License-Identifier: MIT
// pincel search "text" | --like IMAGE | --near-duplicates | --captions FILE
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/prompt_file.h"
#include "commands/search_options.h"
#include "commands/search_results.h"
#include "core/error.h"
#include "guidance/clip.h"
#include "guidance/faiss_index.h"
#include "guidance/picture_index.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr CommandHelp kSearchHelp{
    "search", "[TEXT]",
    "Finds pictures by words, by pictures, or by both added and taken away, in a folder that "
    "'pincel "
    "search index' has looked at. 'text:0.5' weighs a part, and several texts have | between.",
    "pincel search \"a red apple\" --not \"blue\" --index photos --top 20"};

constexpr double kNearlyTheSame = 0.95;
constexpr std::size_t kCaptionBatch = 256;

std::vector<QueryPart> query_of(const CommandLine& line, const SearchOptions& options) {
  std::vector<QueryPart> parts;
  const auto add = [&](std::vector<QueryPart> more) {
    parts.insert(parts.end(), more.begin(), more.end());
  };
  for (const std::string& text : line.words) add(parse_query_texts(text));
  for (const std::string& picture : options.like) add({parse_query_picture(picture)});
  if (!options.without.empty()) {
    std::vector<QueryPart> unlike = parse_query_texts(options.without);
    for (QueryPart& part : unlike) part.weight = -part.weight;
    add(std::move(unlike));
  }
  return parts;
}

// The nearest folder from here upwards that keeps an index.
IndexPlace place_of(const std::string& index) {
  if (!index.empty()) return {index};
  fs::path folder = ".";
  const fs::path here = fs::current_path();
  for (fs::path up = here;; up = up.parent_path()) {
    if (IndexPlace{up}.is_made()) return {folder};
    if (up == up.parent_path()) return {"."};
    folder = folder == "." ? fs::path("..") : folder / "..";
  }
}

Clip load_clip(const std::string& name, const SearchOptions& options) {
  return Clip::load(find_model(name, "clip"), use_machine(options.machine));
}

// The model of the index, checked to be the same that made it.
Clip clip_of(const PictureIndex& index, const SearchOptions& options) {
  const std::string name = options.clip.empty() ? index.model().name : options.clip;
  Clip clip = load_clip(name, options);
  require(
      clip.fingerprint() == index.model().fingerprint, ExitCode::bad_value,
      "{}: this index was made with another model than '{}' is now, and embeddings of two models "
      "cannot be compared; give that model with --clip, or make the index anew: pincel search "
      "index {} --rebuild",
      index.place().folder.string(), name, index.place().folder.string());
  return clip;
}

void search_captions(const std::vector<QueryPart>& parts, const SearchOptions& options) {
  const Clip clip = load_clip(options.clip.empty() ? "guide" : options.clip, options);
  const std::vector<std::string> captions = read_prompts(options.captions);
  const at::Tensor query = query_embedding(clip, parts).to(clip.device());
  std::vector<CaptionScore> scores;
  for (std::size_t from = 0; from < captions.size(); from += kCaptionBatch) {
    const std::size_t to = std::min(from + kCaptionBatch, captions.size());
    const auto first = captions.begin();
    const auto cosines = clip.texts({first + static_cast<std::ptrdiff_t>(from),
                                     first + static_cast<std::ptrdiff_t>(to)})
                             .mv(query)
                             .cpu();
    for (std::size_t i = from; i < to; ++i) {
      const double score = cosines[static_cast<std::int64_t>(i - from)].item<double>();
      if (score >= options.threshold) scores.push_back({score, captions[i]});
    }
  }
  std::stable_sort(scores.begin(), scores.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  if (scores.size() > static_cast<std::size_t>(options.top)) {
    scores.resize(static_cast<std::size_t>(options.top));
  }
  print(options.json ? caption_json(scores) : caption_table(scores));
}

void search_groups(const SearchOptions& options) {
  const PictureIndex index(place_of(options.index));
  const double threshold = options.threshold < 0 ? kNearlyTheSame : options.threshold;
  const std::vector<NearGroup> groups = index.near_groups(threshold);
  const std::string title = fmt::format("{} groups of pictures that are nearly the same, {} and up",
                                        groups.size(), threshold);
  if (!options.html.empty()) write_search_page(options.html, title, groups);
  print(options.json ? group_json(groups) : group_table(groups));
}

void search_pictures(const std::vector<QueryPart>& parts, const SearchOptions& options) {
  const PictureIndex index(place_of(options.index));
  const Clip clip = clip_of(index, options);
  const at::Tensor query = query_embedding(clip, parts);
  const std::vector<FoundPicture> pictures =
      options.faiss ? index.found(FaissIndex(index).search(query, options.top, options.threshold))
                    : index.search(query, options.top, options.threshold);
  if (!options.html.empty()) {
    write_search_page(options.html, written(parts), {{.score = 0, .pictures = pictures}});
  }
  print(options.json ? picture_json(pictures) : picture_table(pictures));
}

}  // namespace

int search_command(const std::vector<std::string>& arguments) {
  SearchOptions options;
  const CommandLine line = read_command_line(kSearchHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  const torch::NoGradGuard no_grad;
  const std::vector<QueryPart> parts = query_of(line, options);
  require(parts.empty() == options.near_duplicates, ExitCode::usage,
          "give words, --like or --not, or --near-duplicates alone; as in '{}'",
          kSearchHelp.example);
  if (options.near_duplicates) {
    use_machine(options.machine);
    search_groups(options);
  } else if (!options.captions.empty()) {
    search_captions(parts, options);
  } else {
    search_pictures(parts, options);
  }
  return 0;
}

}  // namespace pincel
