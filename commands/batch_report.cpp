// SPDX-License-Identifier: MIT
#include "commands/batch_report.h"

#include <fmt/core.h>

#include "core/atomic_file.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::int64_t kMostReported = 60;  // lines, where nothing failed
constexpr std::int64_t kMostFailures = 20;

// As a cell of CSV.
std::string cell_of(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

}  // namespace

const char* state_name(ItemState state) {
  switch (state) {
    case ItemState::waiting:
      return "waiting";
    case ItemState::running:
      return "running";
    case ItemState::done:
      return "done";
    case ItemState::failed:
      return "failed";
  }
  return "";
}

std::filesystem::path write_batch_table(const BatchStore& store) {
  const std::filesystem::path path = std::filesystem::path(store.path()).replace_extension(".csv");
  AtomicFile file(path);
  file.write("place,state,seed,prompt,picture,seconds,loss,attempts,code,reason\n");
  store.each([&](const ItemRecord& record) {
    const bool is_done = record.state == ItemState::done;
    file.write(fmt::format("{},{},{},{},{},{},{},{},{},{}\n", cell_of(record.item.place),
                           state_name(record.state), record.item.seed, cell_of(record.item.prompts),
                           cell_of(record.picture),
                           is_done ? fmt::format("{:.3f}", record.seconds) : "",
                           is_done && record.loss != 0 ? fmt::format("{:.6g}", record.loss) : "",
                           record.attempts, static_cast<int>(record.code), cell_of(record.reason)));
  });
  file.commit();
  return path;
}

std::string batch_report(const BatchStore& store, std::int64_t since,
                         const std::filesystem::path& table) {
  const BatchCounts counts = store.counts();
  std::string lines;
  std::int64_t failures = 0;
  std::int64_t before = 0;
  store.each([&](const ItemRecord& record) {
    const bool is_done = record.state == ItemState::done;
    const bool is_failed = record.state == ItemState::failed;
    const bool is_old = is_done && record.finished < since;
    before += is_old ? 1 : 0;
    failures += is_failed ? 1 : 0;
    if (counts.items > kMostReported && (!is_failed || failures > kMostFailures)) return;
    lines += fmt::format("{:<8} {}  {}\n", is_old ? "skipped" : state_name(record.state),
                         record.item.place,
                         is_done     ? record.picture
                         : is_failed ? record.reason
                                     : printable(record.item.prompts));
  });
  if (failures > kMostFailures && counts.items > kMostReported) {
    lines += fmt::format("and {} more that failed\n", failures - kMostFailures);
  }
  lines += fmt::format("{} pictures: {} done, {} of them before, {} failed", counts.items,
                       counts.done, before, counts.failed);
  const std::int64_t left = counts.waiting + counts.running;
  if (left > 0) lines += fmt::format(", {} to do", left);
  return lines + fmt::format("; all of them in {}", table.string());
}

}  // namespace pincel
