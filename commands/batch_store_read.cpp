// SPDX-License-Identifier: MIT
// What a BatchStore tells.
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "commands/batch_store.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBatchLease = 120;  // seconds without a sign of life on another machine

constexpr const char* kItemColumns =
    "i.id, i.pass, i.place, i.prompts, i.settings, i.identity, i.batch_group, i.models, i.folder, "
    "i.seed, i.steps, i.at_once, i.state, p.state, i.attempts, i.code, i.reason, i.picture, "
    "i.seconds, i.loss, i.finished FROM items i LEFT JOIN passes p ON p.id = i.pass ";

ItemRecord item_in(const Statement& row) {
  ItemRecord record;
  record.id = row.integer(0);
  record.pass = row.integer(1);
  record.item = {.place = row.text(2),
                 .prompts = row.text(3),
                 .settings = row.text(4),
                 .identity = row.text(5),
                 .group = row.text(6),
                 .models = row.text(7),
                 .folder = row.text(8),
                 .seed = row.integer(9),
                 .steps = row.integer(10),
                 .at_once = row.integer(11)};
  record.state = static_cast<ItemState>(row.integer(12));
  if (record.state == ItemState::waiting && row.integer(13) == 1) {
    record.state = ItemState::running;
  }
  record.attempts = row.integer(14);
  record.code = static_cast<ExitCode>(row.integer(15));
  record.reason = row.text(16);
  record.picture = row.text(17);
  record.seconds = row.real(18);
  record.loss = row.real(19);
  record.finished = row.integer(20);
  return record;
}

}  // namespace

std::vector<RunningPass> BatchStore::running() const {
  std::vector<RunningPass> found;
  auto rows = database_.prepare(
      "SELECT p.id, p.step, p.heard, p.host, p.system, p.number, p.started, count(i.id), "
      "max(i.steps) FROM passes p JOIN items i ON i.pass = p.id AND i.state = 0 WHERE p.state = 1 "
      "GROUP BY p.id ORDER BY p.id");
  while (rows.next()) {
    RunningPass pass{.id = rows.integer(0),
                     .items = rows.integer(7),
                     .step = rows.integer(1),
                     .steps = rows.integer(8),
                     .heard = rows.integer(2),
                     .owner = {.host = rows.text(3),
                               .system = rows.text(4),
                               .number = rows.integer(5),
                               .started = rows.text(6)}};
    const bool is_here = pass.owner.system == this_process().system;
    pass.is_alive = is_here
                        ? !has_ended(pass.owner)
                        : static_cast<std::int64_t>(std::time(nullptr)) - pass.heard <= kBatchLease;
    found.push_back(std::move(pass));
  }
  return found;
}

BatchPass BatchStore::load(std::int64_t pass) const {
  BatchPass loaded{.id = pass, .step = 0, .items = {}};
  auto step = database_.prepare("SELECT step FROM passes WHERE id = ?");
  step.bind(pass);
  if (step.next()) loaded.step = step.integer(0);
  auto rows = database_.prepare(
      fmt::format("SELECT {} WHERE i.pass = ? AND i.state = 0 ORDER BY i.id", kItemColumns));
  rows.bind(pass);
  while (rows.next()) loaded.items.push_back(item_in(rows));
  return loaded;
}

std::string BatchStore::list() const {
  auto known = database_.prepare("SELECT value FROM about WHERE name = 'list'");
  return known.next() ? known.text(0) : "";
}

BatchCounts BatchStore::counts() const {
  BatchCounts counts;
  auto rows = database_.prepare(
      "SELECT i.state, coalesce(p.state, 0) = 1, count(*), sum(i.steps), "
      "sum(CASE i.state WHEN 2 THEN i.steps WHEN 0 THEN min(coalesce(p.step, 0), i.steps) ELSE 0 "
      "END), max(i.code) FROM items i LEFT JOIN passes p ON p.id = i.pass WHERE i.is_listed = 1 "
      "GROUP BY 1, 2");
  while (rows.next()) {
    const std::int64_t number = rows.integer(2);
    counts.items += number;
    counts.steps += rows.integer(3);
    counts.steps_done += rows.integer(4);
    switch (static_cast<ItemState>(rows.integer(0))) {
      case ItemState::done:
        counts.done += number;
        break;
      case ItemState::failed:
        counts.failed += number;
        counts.worst = std::max(counts.worst, static_cast<ExitCode>(rows.integer(5)));
        break;
      default:
        (rows.integer(1) != 0 ? counts.running : counts.waiting) += number;
    }
  }
  return counts;
}

void BatchStore::each(const std::function<void(const ItemRecord&)>& take) const {
  auto rows = database_.prepare(
      fmt::format("SELECT {} WHERE i.is_listed = 1 ORDER BY i.position, i.id", kItemColumns));
  while (rows.next()) take(item_in(rows));
}

fs::path batch_record(const fs::path& folder, std::int64_t part, std::int64_t parts) {
  return folder / (parts == 0 ? "batch.sqlite" : fmt::format("batch-{}-of-{}.sqlite", part, parts));
}

std::vector<fs::path> batch_records(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("batch") && name.ends_with(".sqlite")) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace pincel
