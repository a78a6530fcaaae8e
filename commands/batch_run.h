// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "commands/batch_items.h"
#include "commands/batch_store.h"
#include "core/error.h"
#include "core/settings_list.h"

namespace pincel {

// Hands over the items of a list, in order, as often as it is called.
using ItemSource = std::function<void(const std::function<void(ListItem)>& take)>;

// How a list is worked on.
struct BatchOptions {
  std::string output;
  std::string shard;
  std::int64_t retry = 2;
  bool keep_going = false;
  bool dry_run = false;
  bool rebuild = false;
  ExpandOptions expand;
  bool quiet = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("output", output, "folder of the list's pictures; empty: outputs/<name of the list>");
    expand.fields(visit);
    visit("keep_going", keep_going, "go on with the others where a picture fails");
    visit("retry", retry, "attempts more for what a second one may mend (memory, a device)",
          Range{0, 100});
    visit("shard", shard, "only part i of n, from 0, as 3/8: with a record of its own");
    visit("dry_run", dry_run, "say what would be painted, and stop");
    visit("rebuild", rebuild, "put a damaged record aside; pictures that are there are found");
    visit("quiet", quiet, "say nothing but the paths of the pictures");
    visit("json", json, "events as JSON lines on standard output");
  }
};

// A list and where its pictures go.
struct Batch {
  std::string name;              // for people: the list's file
  std::filesystem::path folder;  // of the list's pictures
  std::filesystem::path wildcards;
  Settings common;  // of every item, whose own settings win
  ItemSource items;
  BatchOptions options;
  bool tells_pictures = true;  // their paths, and in the end what became of each
  // Whenever pictures were finished or failed; may be empty.
  std::function<void(const BatchStore&)> on_news = {};
};

// Paints what is missing of a list, beside other processes that do the same. Ends when nothing is
// left or, without keep_going, with the first picture that fails: with the worst code of those that
// did; after a signal with its code, to be gone on with.
ExitCode run_batch(const Batch& batch);

}  // namespace pincel
