// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/process_name.h"
#include "core/database.h"
#include "core/error.h"

namespace pincel {

// One picture of a list.
struct BatchItem {
  std::string place;     // where the list says it: "list.txt:3"
  std::string prompts;   // with every choice made
  std::string settings;  // all that was given for it, JSON
  std::string identity;  // hash of what is painted, wherever that happens
  std::string group;     // of what a pass shares: everything but prompts and seed
  std::string models;    // that have to be loaded
  std::string folder;    // its name in the folder of the list
  std::int64_t seed = 0;
  std::int64_t steps = 0;
  std::int64_t at_once = 1;  // how many of its group a pass may hold
};

enum class ItemState { waiting = 0, running = 1, done = 2, failed = 3 };

// What became of an item so far.
struct ItemRecord {
  std::int64_t id = 0;
  std::int64_t pass = 0;
  BatchItem item;
  ItemState state = ItemState::waiting;
  std::int64_t attempts = 0;  // that failed
  ExitCode code = ExitCode::ok;
  std::string reason;  // of the last failure
  std::string picture;
  double seconds = 0;  // its share of the pass
  double loss = 0;
  std::int64_t finished = 0;  // milliseconds since 1970
};

// Some items that are painted together, always the same ones.
struct BatchPass {
  std::int64_t id = 0;
  std::int64_t step = 0;  // that its last process had come to
  std::vector<ItemRecord> items;
};

struct RunningPass {
  std::int64_t id = 0, items = 0, step = 0, steps = 0;
  std::int64_t heard = 0;  // when its process was last heard of, seconds since 1970
  ProcessName owner;
  bool is_alive = false;  // as far as that is known
};

struct BatchCounts {
  std::int64_t items = 0, waiting = 0, running = 0, done = 0, failed = 0;
  std::int64_t steps = 0, steps_done = 0;  // of all items
  ExitCode worst = ExitCode::ok;           // of the failed
};

// What is known of a list's items, kept in a SQLite file that several processes work on: an item is
// waiting, running with its pass, done, or failed with a reason. A process holds a pass while it
// lives and is heard of; then another may take it up. Only items of the list as it was last told
// count.
class BatchStore {
 public:
  // Error as Database says; the file is looked through (bad_data where it is damaged).
  explicit BatchStore(const std::filesystem::path& file);

  // Tells the whole list: begin, each item in order, end. Known items keep their state, but those
  // that failed wait again; new ones are put into passes. Returns how many items are new. Error
  // (cannot_create) where a process is at work here on a list of another name.
  void begin_list(const std::string& name);
  void add(const BatchItem& item);  // one that is there already in this list changes nothing
  std::int64_t end_list();

  // A pass that nobody holds, of these models if there is one; those of processes that ended are
  // free again. Nothing where none is left.
  std::optional<BatchPass> claim(const ProcessName& by, const std::string& models);
  // From the one that holds it; false where it was taken away.
  bool beat(std::int64_t pass, const ProcessName& by, std::int64_t step);
  void give_back(std::int64_t pass, const ProcessName& by);
  // All of its items, in their order.
  void finish(const BatchPass& pass, const std::vector<std::string>& pictures,
              const std::vector<double>& losses, double seconds);
  void finish_item(const ItemRecord& found);  // whose picture was there
  // Several items that fail together are tried one by one; one alone fails for good after `retry`
  // repetitions. Returns the item that did.
  std::optional<ItemRecord> fail(const BatchPass& pass, ExitCode code, const std::string& reason,
                                 std::int64_t retry);

  const std::filesystem::path& path() const { return database_.path(); }
  std::string list() const;  // its name; "" where none was told
  BatchCounts counts() const;
  std::vector<RunningPass> running() const;
  // Items in the order of the list.
  void each(const std::function<void(const ItemRecord&)>& take) const;

 private:
  void make_tables();
  void take_name();
  void form_passes();
  void free_abandoned();
  void split(std::int64_t pass);
  BatchPass load(std::int64_t pass) const;

  Database database_;
  std::string name_;           // of the list that is told
  std::int64_t position_ = 0;  // of its next item
};

// The records in the folder of a list: one, or one for each part (--shard).
std::vector<std::filesystem::path> batch_records(const std::filesystem::path& folder);
// "batch.sqlite", or "batch-3-of-8.sqlite" of a part; `parts` 0: of the whole.
std::filesystem::path batch_record(const std::filesystem::path& folder, std::int64_t part,
                                   std::int64_t parts);

}  // namespace pincel
