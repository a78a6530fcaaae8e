// SPDX-License-Identifier: MIT
#include "prompts/advice.h"

#include <fmt/core.h>

#include <map>
#include <set>

#include "core/nearest_name.h"
#include "prompts/long_text.h"

namespace pincel {
namespace {

constexpr std::size_t kMostWords = 5;  // unknown ones that are named

// What is asked of one picture or region at the same time.
using Together = std::vector<PromptText>;

void note_length(const TextImageEncoder& encoder, const std::string& text, bool cuts,
                 std::vector<std::string>& notes) {
  const TextUse use = encoder.text_use(text);
  if (use.used >= use.total) return;
  if (cuts) {
    notes.push_back(
        fmt::format("prompt: {} of {} tokens used; the rest is left out", use.used, use.total));
  } else {
    notes.push_back(fmt::format(
        "prompt: {} tokens, of which the guide reads {} at once: read in {} pieces, averaged",
        use.total, use.used, pieces_of(encoder, text).size()));
  }
}

void note_words(const TextImageEncoder& encoder, const std::set<std::string>& words,
                std::vector<std::string>& notes) {
  if (words.empty()) return;
  const std::vector<std::string> familiar = encoder.familiar_words();
  std::string unknown;
  std::size_t named = 0;
  for (const std::string& word : words) {
    if (named++ == kMostWords) {
      unknown += " and others";
      break;
    }
    const std::string near = nearest_name(word, familiar);
    unknown += (unknown.empty() ? "'" : ", '") + display_text(word) + "'";
    if (!near.empty()) unknown += fmt::format(" (near to '{}')", near);
  }
  notes.push_back(
      fmt::format("the guide hardly knows {}; everyday words are painted best", unknown));
}

void note_weights(const Together& prompts, std::vector<std::string>& notes) {
  std::map<std::string, double> weights;
  bool is_wished = false;
  for (const PromptText& prompt : prompts) {
    const double weight = prompt.weight.largest();
    const std::string text = display_text(prompt.text);
    is_wished = is_wished || weight > 0;
    if (weight == 0) notes.push_back(fmt::format("prompt \"{}\": weight 0, it does nothing", text));
    const auto [before, is_new] = weights.emplace(text, weight);
    if (is_new) continue;
    const bool is_at_odds = before->second * weight < 0;
    notes.push_back(fmt::format("prompt \"{}\": {}", text,
                                is_at_odds
                                    ? "wished for and pushed away, which takes from each other"
                                    : "given twice, which adds up"));
  }
  if (!is_wished) {
    notes.push_back("prompts: every weight is below zero; add something to paint towards");
  }
}

}  // namespace

std::vector<std::string> prompt_advice(std::string_view story, const PromptOptions& options,
                                       const TextImageEncoder& encoder) {
  std::vector<Together> all;
  const auto add_story = [&](std::string_view text) {
    for (const Phase& phase : parse_story(text)) all.push_back(phase.prompts);
  };
  if (!story.empty()) add_story(story);
  for (const std::string& region : options.regions) add_story(parse_region(region).prompts);
  std::vector<std::string> notes;
  std::set<std::string> unknown;
  const auto read = [&](std::string_view words) {
    note_length(encoder, std::string(words), options.long_prompts == "cut", notes);
    const TextUse use = encoder.text_use(std::string(words));
    unknown.insert(use.unfamiliar.begin(), use.unfamiliar.end());
  };
  const bool has_others = !options.images.empty() || !options.labels.empty();
  for (const Together& prompts : all) {
    for (const PromptText& prompt : prompts) {
      for (const TimedText& part : split_in_time(prompt.text, "->")) read(part.text);
    }
    if (!has_others) note_weights(prompts, notes);
  }
  for (const std::string& label : options.labels) read(parse_prompt(label).text);
  note_words(encoder, unknown, notes);
  return notes;
}

}  // namespace pincel
