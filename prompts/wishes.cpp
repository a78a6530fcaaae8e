// SPDX-License-Identifier: MIT
#include "prompts/wishes.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "prompts/picture_part.h"
#include "prompts/templates.h"

namespace pincel {
namespace {

PromptContext context_of(const PromptOptions& options) {
  PromptContext context{.templates = {}, .cuts_long_text = options.long_prompts == "cut"};
  const bool has_own = !options.label_templates.empty() && !options.labels.empty();
  if (has_own) context.templates = read_templates(options.label_templates);
  return context;
}

void add_story(std::string_view story, const PromptContext& context, Wishes& wishes) {
  const std::vector<Phase> phases = parse_story(story);
  const bool is_one = phases.size() == 1;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    for (const PromptText& text : phases[i].prompts) {
      wishes.list.push_back(
          {make_prompt("text", text, context), is_one ? -1 : static_cast<int>(i)});
    }
    if (!is_one) wishes.phases.push_back(phases[i].begin);
  }
}

void expect_pull(const Wishes& wishes) {
  double most = 0;
  for (const Wish& wish : wishes.list) {
    most = std::max(most, std::abs(wish.prompt->weight().largest()));
  }
  require(most > 0, ExitCode::bad_value, "prompts: every weight is 0; raise one of them");
}

// Without "x,y,w,h" complete, what follows a comma still belongs to it.
bool is_open_part(const std::string& item) {
  const std::size_t mark = item.rfind('#');
  if (mark == std::string::npos) return false;
  return std::count(item.begin() + static_cast<std::ptrdiff_t>(mark), item.end(), ',') < 3;
}

bool starts_as_number(const std::string& item) {
  return !item.empty() && (item[0] == '.' || (item[0] >= '0' && item[0] <= '9'));
}

}  // namespace

void rejoin(PromptOptions& options) {
  std::vector<std::string> images;
  for (const std::string& item : options.images) {
    if (!images.empty() && is_open_part(images.back()) && starts_as_number(item)) {
      images.back() += "," + item;
    } else {
      images.push_back(item);
    }
  }
  std::vector<std::string> regions;
  for (const std::string& item : options.regions) {
    if (!regions.empty() && item.find('=') == std::string::npos) {
      regions.back() += ", " + item;
    } else {
      regions.push_back(item);
    }
  }
  options.images = std::move(images);
  options.regions = std::move(regions);
}

std::vector<Phase> parse_story(std::string_view text) {
  std::vector<Phase> phases;
  for (const TimedText& part : split_in_time(text, "^")) {
    phases.push_back({part.moment, parse_prompts(part.text)});
  }
  return phases;
}

Wishes make_wishes(std::string_view story, const PromptOptions& options) {
  const PromptContext context = context_of(options);
  Wishes wishes;
  if (!story.empty() || !options.names_what_to_paint()) add_story(story, context, wishes);
  const auto add = [&](std::string_view kind, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      wishes.list.push_back({make_prompt(kind, parse_prompt(text), context)});
    }
  };
  add("image", options.images);
  add("label", options.labels);
  add("noise", options.noises);
  add("vector", options.vectors);
  if (!wishes.list.empty()) expect_pull(wishes);
  return wishes;
}

std::vector<RegionWishes> make_region_wishes(const PromptOptions& options) {
  const PromptContext context = context_of(options);
  std::vector<RegionWishes> regions;
  for (const std::string& text : options.regions) {
    const RegionText written = parse_region(text);
    RegionWishes region{Region(written.place, options.region_edge), {}};
    add_story(written.prompts, context, region.wishes);
    regions.push_back(std::move(region));
  }
  return regions;
}

std::string with_prompt_file(std::string_view option, const std::string& text,
                             const std::function<std::string(const std::string&)>& change) {
  std::string file;
  if (option == "region") {
    const RegionText region = parse_region(text);
    if (is_shape(region.place)) return text;
    file = without_not(region.place);
  } else {
    file = parse_prompt(text).text;
    if (option == "image_prompts") file = picture_part(file).file;
  }
  const std::size_t at = text.find(file);
  return text.substr(0, at) + change(file) + text.substr(at + file.size());
}

}  // namespace pincel
