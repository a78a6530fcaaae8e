// SPDX-License-Identifier: MIT
#include "commands/batch_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBatchApplication = 0x50624C31;  // "PbL1"
constexpr std::int64_t kBatchLayout = 1;
constexpr std::int64_t kMostDeaths = 12;  // of processes that held a pass and came no further
enum PassState : std::int64_t { kFree = 0, kHeld = 1, kOver = 2 };

constexpr const char* kBatchTables = R"(
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE passes (
  id INTEGER PRIMARY KEY, state INTEGER NOT NULL, models TEXT NOT NULL, position INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0, first_step INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0, heard INTEGER NOT NULL DEFAULT 0,
  host TEXT NOT NULL DEFAULT '', system TEXT NOT NULL DEFAULT '',
  number INTEGER NOT NULL DEFAULT 0, started TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX passes_by_state ON passes (state, position);
CREATE TABLE items (
  id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, place TEXT NOT NULL,
  position INTEGER NOT NULL, is_listed INTEGER NOT NULL, prompts TEXT NOT NULL,
  settings TEXT NOT NULL, batch_group TEXT NOT NULL, models TEXT NOT NULL, folder TEXT NOT NULL,
  seed INTEGER NOT NULL, steps INTEGER NOT NULL, at_once INTEGER NOT NULL,
  pass INTEGER REFERENCES passes (id), state INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, code INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', picture TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0, loss REAL NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX items_by_pass ON items (pass);
CREATE INDEX items_by_position ON items (position);
)";

std::int64_t seconds_now() { return static_cast<std::int64_t>(std::time(nullptr)); }

std::int64_t milliseconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void bind_owner(Statement& statement, const ProcessName& by) {
  statement.bind(by.system).bind(by.number).bind(by.started);
}

constexpr const char* kHeldBy = " AND state = 1 AND system = ? AND number = ? AND started = ?";

}  // namespace

BatchStore::BatchStore(const fs::path& file) : database_(file, kBatchApplication, kBatchLayout) {
  make_tables();
  database_.expect_sound();
}

void BatchStore::make_tables() {
  if (database_.version() == kBatchLayout) return;
  Transaction transaction(database_);
  if (database_.version() != kBatchLayout) {  // unless another process was first
    database_.run(kBatchTables);
    database_.set_version(kBatchLayout);
  }
  transaction.commit();
}

void BatchStore::begin_list(const std::string& name) {
  position_ = 0;
  name_ = name;
  database_.run(
      "DROP TABLE IF EXISTS temp.told; CREATE TEMP TABLE told (identity TEXT PRIMARY KEY, place, "
      "position, prompts, settings, batch_group, models, folder, seed, steps, at_once)");
}

void BatchStore::add(const BatchItem& item) {
  database_.prepare("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(item.identity)
      .bind(item.place)
      .bind(position_++)
      .bind(item.prompts)
      .bind(item.settings)
      .bind(item.group)
      .bind(item.models)
      .bind(item.folder)
      .bind(item.seed)
      .bind(item.steps)
      .bind(item.at_once)
      .run();
}

std::int64_t BatchStore::end_list() {
  Transaction transaction(database_);
  const auto count = [&] {
    auto rows = database_.prepare("SELECT count(*) FROM items");
    rows.next();
    return rows.integer(0);
  };
  const std::int64_t before = count();
  take_name();
  database_.run(R"(
UPDATE items SET is_listed = 0 WHERE is_listed = 1;
INSERT INTO items (identity, place, position, is_listed, prompts, settings, batch_group, models,
                   folder, seed, steps, at_once)
  SELECT identity, place, position, 1, prompts, settings, batch_group, models, folder, seed, steps,
         at_once FROM told WHERE true ORDER BY position
  ON CONFLICT (identity) DO UPDATE SET is_listed = 1, place = excluded.place,
    position = excluded.position, settings = excluded.settings, at_once = excluded.at_once;
UPDATE items SET state = 0, attempts = 0, code = 0, reason = '' WHERE state = 3 AND is_listed = 1;
UPDATE passes SET state = 0, deaths = 0
  WHERE state = 2 AND id IN (SELECT pass FROM items WHERE state = 0 AND is_listed = 1);
DROP TABLE told;
)");
  const std::int64_t added = count() - before;
  form_passes();
  transaction.commit();
  return added;
}

// The items of two lists of one folder would keep each other from being painted.
void BatchStore::take_name() {
  auto known = database_.prepare("SELECT value FROM about WHERE name = 'list'");
  const std::string before = known.next() ? known.text(0) : name_;
  known.reset();
  const std::vector<RunningPass> passes = running();
  const auto alive = std::find_if(passes.begin(), passes.end(),
                                  [](const RunningPass& pass) { return pass.is_alive; });
  require(before == name_ || alive == passes.end(), ExitCode::cannot_create,
          "{}: process {} on {} paints the list {} here; choose another --output", path().string(),
          alive == passes.end() ? 0 : alive->owner.number,
          alive == passes.end() ? "" : alive->owner.host, before);
  database_.prepare("INSERT OR REPLACE INTO about VALUES ('list', ?)").bind(name_).run();
}

void BatchStore::form_passes() {
  struct Loose {
    std::int64_t id, at_once, position;
    std::string group, models;
  };
  std::vector<Loose> loose;
  auto rows = database_.prepare(
      "SELECT id, at_once, position, batch_group, models FROM items WHERE pass IS NULL AND "
      "state = 0 AND is_listed = 1 ORDER BY batch_group, position");
  while (rows.next()) {
    loose.push_back(
        {rows.integer(0), rows.integer(1), rows.integer(2), rows.text(3), rows.text(4)});
  }
  rows.reset();
  auto make = database_.prepare("INSERT INTO passes (state, models, position) VALUES (0, ?, ?)");
  auto join = database_.prepare("UPDATE items SET pass = ? WHERE id = ?");
  std::int64_t pass = 0;
  std::int64_t held = 0;
  for (std::size_t i = 0; i < loose.size(); ++i) {
    const Loose& item = loose[i];
    if (i == 0 || item.group != loose[i - 1].group || held >= item.at_once) {
      make.bind(item.models).bind(item.position).run();
      pass = database_.last_row();
      held = 0;
    }
    join.bind(pass).bind(item.id).run();
    ++held;
  }
}

void BatchStore::split(std::int64_t pass) {
  std::vector<std::pair<std::int64_t, std::int64_t>> items;
  auto rows = database_.prepare(
      "SELECT id, position FROM items WHERE pass = ? AND state = 0 ORDER BY position");
  rows.bind(pass);
  while (rows.next()) items.emplace_back(rows.integer(0), rows.integer(1));
  rows.reset();
  for (const auto& [id, position] : items) {
    database_
        .prepare(
            "INSERT INTO passes (state, models, position) SELECT 0, models, ? FROM passes "
            "WHERE id = ?")
        .bind(position)
        .bind(pass)
        .run();
    database_.prepare("UPDATE items SET pass = ? WHERE id = ?")
        .bind(database_.last_row())
        .bind(id)
        .run();
  }
  database_.prepare("UPDATE passes SET state = 2 WHERE id = ?").bind(pass).run();
}

void BatchStore::free_abandoned() {
  for (const RunningPass& pass : running()) {
    if (pass.is_alive) continue;
    database_
        .prepare(
            "UPDATE passes SET state = 0, deaths = CASE WHEN step > first_step THEN 0 ELSE "
            "deaths + 1 END WHERE id = ?")
        .bind(pass.id)
        .run();
    auto deaths = database_.prepare("SELECT deaths FROM passes WHERE id = ?");
    deaths.bind(pass.id);
    deaths.next();
    if (deaths.integer(0) < kMostDeaths) continue;
    deaths.reset();
    if (pass.items > 1) {
      split(pass.id);
      continue;
    }
    database_.prepare("UPDATE passes SET state = 2 WHERE id = ?").bind(pass.id).run();
    database_
        .prepare(
            "UPDATE items SET state = 3, code = ?, reason = ?, finished = ? WHERE pass = ? AND "
            "state = 0")
        .bind(static_cast<std::int64_t>(ExitCode::internal))
        .bind(fmt::format("{} processes died over it before a step was done; too little memory?",
                          kMostDeaths))
        .bind(milliseconds_now())
        .bind(pass.id)
        .run();
  }
}

std::optional<BatchPass> BatchStore::claim(const ProcessName& by, const std::string& models) {
  const std::int64_t now = seconds_now();
  Transaction transaction(database_);
  free_abandoned();
  auto free = database_.prepare(
      "SELECT id, step FROM passes p WHERE state = 0 AND EXISTS (SELECT 1 FROM items WHERE "
      "pass = p.id AND state = 0 AND is_listed = 1) ORDER BY models = ? DESC, position LIMIT 1");
  free.bind(models);
  if (!free.next()) {
    free.reset();
    transaction.commit();
    return std::nullopt;
  }
  const std::int64_t id = free.integer(0);
  free.reset();
  auto take = database_.prepare(
      "UPDATE passes SET state = 1, first_step = step, heard = ?, host = ?, system = ?, number = "
      "?, started = ? WHERE id = ?");
  take.bind(now).bind(by.host);
  bind_owner(take, by);
  take.bind(id).run();
  transaction.commit();
  return load(id);
}

bool BatchStore::beat(std::int64_t pass, const ProcessName& by, std::int64_t step) {
  auto update = database_.prepare(
      fmt::format("UPDATE passes SET heard = ?, step = max(step, ?) WHERE id = ?{}", kHeldBy));
  update.bind(seconds_now()).bind(step).bind(pass);
  bind_owner(update, by);
  update.run();
  return database_.changes() == 1;
}

void BatchStore::give_back(std::int64_t pass, const ProcessName& by) {
  auto update = database_.prepare(
      fmt::format("UPDATE passes SET state = 0, deaths = 0 WHERE id = ?{}", kHeldBy));
  update.bind(pass);
  bind_owner(update, by);
  update.run();
}

void BatchStore::finish(const BatchPass& pass, const std::vector<std::string>& pictures,
                        const std::vector<double>& losses, double seconds) {
  Transaction transaction(database_);
  const double share = seconds / static_cast<double>(std::max<std::size_t>(1, pass.items.size()));
  for (std::size_t i = 0; i < pass.items.size(); ++i) {
    ItemRecord done = pass.items[i];
    done.picture = i < pictures.size() ? pictures[i] : "";
    done.loss = i < losses.size() ? losses[i] : 0;
    done.seconds = share;
    finish_item(done);
  }
  database_.prepare("UPDATE passes SET state = 2 WHERE id = ?").bind(pass.id).run();
  transaction.commit();
}

void BatchStore::finish_item(const ItemRecord& found) {
  database_
      .prepare(
          "UPDATE items SET state = 2, code = 0, reason = '', picture = ?, loss = ?, seconds = ?, "
          "finished = ? WHERE id = ?")
      .bind(found.picture)
      .bind(found.loss)
      .bind(found.seconds)
      .bind(milliseconds_now())
      .bind(found.id)
      .run();
}

std::optional<ItemRecord> BatchStore::fail(const BatchPass& pass, ExitCode code,
                                           const std::string& reason, std::int64_t retry) {
  Transaction transaction(database_);
  std::optional<ItemRecord> failed;
  if (pass.items.size() > 1) {
    database_.prepare("UPDATE items SET code = ?, reason = ? WHERE pass = ? AND state = 0")
        .bind(static_cast<std::int64_t>(code))
        .bind(reason)
        .bind(pass.id)
        .run();
    split(pass.id);
  } else if (!pass.items.empty()) {
    ItemRecord item = pass.items.front();
    ++item.attempts;
    item.code = code;
    item.reason = reason;
    const bool is_over = item.attempts > retry;
    item.state = is_over ? ItemState::failed : ItemState::waiting;
    database_
        .prepare(
            "UPDATE items SET state = ?, attempts = ?, code = ?, reason = ?, finished = ? WHERE "
            "id = ?")
        .bind(static_cast<std::int64_t>(item.state))
        .bind(item.attempts)
        .bind(static_cast<std::int64_t>(code))
        .bind(reason)
        .bind(milliseconds_now())
        .bind(item.id)
        .run();
    database_.prepare("UPDATE passes SET state = ? WHERE id = ?")
        .bind(static_cast<std::int64_t>(is_over ? kOver : kFree))
        .bind(pass.id)
        .run();
    if (is_over) failed = item;
  }
  transaction.commit();
  return failed;
}

}  // namespace pincel
