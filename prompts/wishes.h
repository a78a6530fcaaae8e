// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "prompts/prompt.h"
#include "prompts/region.h"

namespace pincel {

// What is wished besides words for the whole picture.
struct PromptOptions {
  std::vector<std::string> images;
  std::vector<std::string> labels;
  std::vector<std::string> noises;
  std::vector<std::string> vectors;
  std::vector<std::string> regions;
  std::string label_templates;
  double region_edge = 0.1;
  std::string long_prompts = "chunk";

  template <class V>
  void fields(V&& visit) {
    visit("image_prompts", images,
          "pictures to come to look like, file:weight:stop, separated by commas; a part of one: "
          "file#x,y,w,h in pixels or percent");
    visit("label_prompts", labels, "names, each put into several sentences: name:weight:stop");
    visit("label_templates", label_templates,
          "file of those sentences, one a line, {} for the name; empty: a few of our own");
    visit("noise_prompts", noises, "random directions, seed:weight:stop");
    visit("vector_prompts", vectors,
          "directions learnt by 'pincel vector', file:weight:stop, or the name of one");
    visit("region", regions,
          "parts with prompts of their own, place=prompts: left, right, top, bottom, centre, "
          "spot, 'circle X Y R', 'box X Y W H' in percent, or a picture file, white counts; 'not "
          "' turns it round");
    visit("region_edge", region_edge, "soft edge of the parts, in shorter sides of the picture",
          Range{0, 1});
    visit("long_prompts", long_prompts,
          "words beyond the model's context: encoded in pieces and averaged, or cut off",
          OneOf{{"chunk", "cut"}});
  }

  bool names_what_to_paint() const {
    return !images.empty() || !labels.empty() || !regions.empty();
  }
};

// Items that a comma of their own has parted put together again: "photo.jpg#0", "0", "50%", "50%";
// "left=a red apple", "ripe".
void rejoin(PromptOptions& options);

// Prompts that follow each other; those without a phase are there all the time.
struct Wish {
  std::unique_ptr<Prompt> prompt;
  int phase = -1;
};
struct Wishes {
  std::vector<Wish> list;
  Moments phases;  // when each begins
};
struct RegionWishes {
  Region region;
  Wishes wishes;
};

// "a | b ^ @50% c" is a story in phases. Error as parse_prompts().
struct Phase {
  std::optional<Moment> begin;
  std::vector<PromptText> prompts;
};
std::vector<Phase> parse_story(std::string_view text);

// All that is asked of a whole picture; `story` may be empty where the options ask for something.
Wishes make_wishes(std::string_view story, const PromptOptions& options);
std::vector<RegionWishes> make_region_wishes(const PromptOptions& options);

// The text of an item of an option ("image_prompts", ...) with the file in it changed; as it is
// where it names none.
std::string with_prompt_file(std::string_view option, const std::string& text,
                             const std::function<std::string(const std::string&)>& change);

}  // namespace pincel
