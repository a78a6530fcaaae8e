// SPDX-License-Identifier: MIT
// pincel batch status FOLDER: how far a list is, from its records alone.
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/arguments.h"
#include "commands/batch_report.h"
#include "commands/batch_store.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/options.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using StatusJson = nlohmann::ordered_json;

struct BatchStatusOptions {
  bool items = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("items", items, "a line for every item");
    visit("json", json, "one JSON object");
  }
};

constexpr CommandHelp kBatchStatusHelp{
    "batch status", "FOLDER",
    "Says how far a list is, from the records in the folder of its pictures: what is done, who "
    "paints what, what failed and why. Ends with 0 where all is done, with 75 where something is "
    "left to do, with the worst code where pictures failed.",
    "pincel batch status outputs/list --json"};

// All records of a folder together.
struct BatchStatus {
  BatchCounts counts;
  std::int64_t interrupted = 0;  // items whose process is gone; they are no longer running
  std::vector<RunningPass> passes;
  std::vector<ItemRecord> items;  // those that are told of
  std::set<std::string> lists;
  double seconds = 0;  // of painting, of what is done
};

void add_record(const BatchStore& store, bool wants_all, BatchStatus& status) {
  const BatchCounts counts = store.counts();
  BatchCounts& sum = status.counts;
  sum.items += counts.items;
  sum.done += counts.done;
  sum.failed += counts.failed;
  sum.waiting += counts.waiting;
  sum.running += counts.running;
  sum.steps += counts.steps;
  sum.steps_done += counts.steps_done;
  sum.worst = std::max(sum.worst, counts.worst);
  if (!store.list().empty()) status.lists.insert(store.list());
  std::set<std::int64_t> gone;
  for (RunningPass& pass : store.running()) {
    if (!pass.is_alive) gone.insert(pass.id);
    status.passes.push_back(std::move(pass));
  }
  store.each([&](const ItemRecord& record) {
    ItemRecord told = record;
    if (record.state == ItemState::running && gone.count(record.pass) > 0) {
      told.state = ItemState::waiting;
      ++status.interrupted;
      --sum.running;
      ++sum.waiting;
    }
    status.seconds += record.seconds;
    if (wants_all || told.state == ItemState::failed) status.items.push_back(std::move(told));
  });
}

StatusJson json_of(const ItemRecord& record) {
  StatusJson json{{"place", record.item.place},       {"state", state_name(record.state)},
                  {"prompt", record.item.prompts},    {"seed", record.item.seed},
                  {"identity", record.item.identity}, {"attempts", record.attempts}};
  if (record.state == ItemState::done) json["picture"] = record.picture;
  if (record.state == ItemState::failed) {
    json["code"] = static_cast<int>(record.code);
    json["reason"] = record.reason;
  }
  return json;
}

std::string json_status(const BatchStatus& status) {
  StatusJson json{{"items", status.counts.items},
                  {"done", status.counts.done},
                  {"running", status.counts.running},
                  {"waiting", status.counts.waiting},
                  {"interrupted", status.interrupted},
                  {"failed", status.counts.failed},
                  {"steps", status.counts.steps},
                  {"steps_done", status.counts.steps_done},
                  {"lists", status.lists}};
  json["passes"] = StatusJson::array();
  for (const RunningPass& pass : status.passes) {
    json["passes"].push_back({{"host", pass.owner.host},
                              {"process", pass.owner.number},
                              {"alive", pass.is_alive},
                              {"items", pass.items},
                              {"step", pass.step},
                              {"steps", pass.steps},
                              {"heard", pass.heard}});
  }
  json["told"] = StatusJson::array();
  for (const ItemRecord& record : status.items) json["told"].push_back(json_of(record));
  return json_text(json) + "\n";
}

std::string written_status(const BatchStatus& status) {
  const BatchCounts& counts = status.counts;
  std::string text;
  for (const std::string& list : status.lists) text += fmt::format("list      {}\n", list);
  text += fmt::format("pictures  {}\ndone      {}\nrunning   {}\nwaiting   {}", counts.items,
                      counts.done, counts.running, counts.waiting);
  if (status.interrupted > 0) {
    text += fmt::format(", {} of them begun by processes that are gone", status.interrupted);
  }
  text += fmt::format("\nfailed    {}\n", counts.failed);
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  for (const RunningPass& pass : status.passes) {
    text += fmt::format(
        "process {} on {}: {} pictures, step {} of {}, {}\n", pass.owner.number, pass.owner.host,
        pass.items, pass.step, pass.steps,
        pass.is_alive ? fmt::format("heard of {} s ago", now - pass.heard) : std::string("gone"));
  }
  for (const ItemRecord& record : status.items) {
    const bool is_done = record.state == ItemState::done;
    const bool is_failed = record.state == ItemState::failed;
    text += fmt::format("{:<8}  {}  seed {}  {}\n", state_name(record.state), record.item.place,
                        record.item.seed,
                        is_done     ? record.picture
                        : is_failed ? record.reason
                                    : printable(record.item.prompts));
  }
  const std::int64_t left = counts.waiting + counts.running;
  if (counts.done > 0 && left > 0) {
    const double each = status.seconds / static_cast<double>(counts.done);
    text += fmt::format("a picture took {:.1f} s; {} to do\n", each, left);
  }
  return text;
}

}  // namespace

int batch_status_command(const std::vector<std::string>& arguments) {
  BatchStatusOptions options;
  const CommandLine line = read_command_line(kBatchStatusHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1, ExitCode::usage, "expected one folder; as in '{}'",
          kBatchStatusHelp.example);
  const fs::path folder = line.words[0];
  const std::vector<fs::path> records = batch_records(folder);
  require(!records.empty(), ExitCode::missing_input,
          "{}: no record of a list here (batch.sqlite); is it the folder of its pictures?",
          folder.string());
  BatchStatus status;
  for (const fs::path& record : records) add_record(BatchStore(record), options.items, status);
  print(options.json ? json_status(status) : written_status(status));
  if (status.counts.failed > 0) return static_cast<int>(status.counts.worst);
  const bool is_over = status.counts.done == status.counts.items;
  return static_cast<int>(is_over ? ExitCode::ok : ExitCode::temporary);
}

}  // namespace pincel
