// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "commands/batch_store.h"
#include "commands/paint_options.h"
#include "core/settings_list.h"
#include "prompts/dynamic_prompts.h"

namespace pincel {

// How the items of a list become pictures.
struct ExpandOptions {
  std::int64_t seeds = 1;
  std::int64_t samples = 0;
  std::int64_t list_seed = 0;
  std::int64_t at_once = 0;
  std::int64_t most = 100'000;
  bool dynamic = true;
  std::string wildcards = {};

  template <class V>
  void fields(V&& visit) {
    visit("seeds", seeds, "pictures of each item, from its seed on, or of as many drawn ones",
          Range{1, 1e6});
    visit("samples", samples, "draw so many of an item's expansions; 0: all of them",
          Range{0, 1e6});
    visit("list_seed", list_seed, "fixes what is drawn: samples, and seeds of items without one",
          Range{0, 9007199254740991.0});
    visit("at_once", at_once,
          "pictures in one pass, where they share all but prompts and seed; 0: 8, fewer of large "
          "ones",
          Range{0, 1024});
    visit("most", most, "pictures that a list may stand for", Range{1, 1e7});
    visit("dynamic", dynamic, "'{red|blue}' and '__name__' stand for several prompts");
    visit("wildcards", wildcards,
          "folder of name.txt for '__name__'; empty: wildcards beside the list");
  }
};

// What every picture of a list shares with others: its settings resolved without prompts and seed.
struct SharedRequest {
  PaintRequest request;
  std::string sum;            // of all that decides on the picture but prompts and seed
  std::string group, models;  // as in BatchItem
  std::int64_t at_once = 1;
};

// Expands the items of a list and resolves what they ask for; settings that several share are
// resolved once. `common` holds for every item, whose own settings win.
class BatchItems {
 public:
  BatchItems(Settings common, ExpandOptions options, std::filesystem::path wildcards);

  // How many pictures an item stands for. Error with its place for what cannot be read.
  std::uint64_t count(const ListItem& item);
  // All of them, in order, checked. Error with its place for what cannot be painted.
  void expand(const ListItem& item, const std::function<void(const BatchItem&)>& take);
  // What paints one of them into `folder`.
  PaintRequest request(const BatchItem& item, const std::filesystem::path& folder);

 private:
  struct Given;
  Given given_in(const ListItem& item) const;
  const SharedRequest& shared(const std::string& settings, bool has_prompts);

  Settings common_;
  ExpandOptions options_;
  DynamicPromptReader prompts_;
  std::map<std::string, std::unique_ptr<SharedRequest>> shared_;
};

}  // namespace pincel
