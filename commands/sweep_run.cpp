// SPDX-License-Identifier: MIT
#include "commands/sweep_run.h"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "commands/batch_report.h"

namespace pincel {

BatchOptions sweep_batch_options() {
  BatchOptions options;
  options.keep_going = true;
  options.expand.dynamic = false;
  return options;
}

SweepBatch::SweepBatch(const SweepPlan& plan, std::string name, std::filesystem::path folder)
    : plan_(plan), name_(std::move(name)), folder_(std::move(folder)) {
  BatchItems items({}, sweep_batch_options().expand, {});
  for (std::size_t cell = 0; cell < plan.cells.size(); ++cell) {
    items.expand(item_of(cell), [&](const BatchItem& item) {
      const PaintRequest request = items.request(item, folder_);
      identities_.push_back(item.identity);
      prompts_.push_back({item.prompts, flat_settings(config_json(request))});
      device_ = request.run.device;
      steps_ += item.steps;
    });
  }
}

ListItem SweepBatch::item_of(std::size_t cell) const {
  return {fmt::format("{}: cell {}", name_, cell + 1), plan_.cells.at(cell).settings};
}

std::vector<CellProgress> SweepBatch::progress() const {
  const std::filesystem::path record = batch_record(folder_, 0, 0);
  std::error_code ignored;
  if (!std::filesystem::exists(record, ignored))
    return std::vector<CellProgress>(identities_.size());
  return progress(BatchStore(record));
}

std::vector<CellProgress> SweepBatch::progress(const BatchStore& store) const {
  std::map<std::string, CellProgress> known;
  store.each([&](const ItemRecord& record) {
    CellProgress& cell = known[record.item.identity];
    cell.state = state_name(record.state);
    if (record.state == ItemState::failed) cell.reason = record.reason;
    cell.folder = folder_ / record.item.folder;
    if (record.state != ItemState::done) return;
    cell.picture = record.picture;
    if (record.seconds > 0) cell.seconds = record.seconds;
  });
  std::vector<CellProgress> cells;
  for (const std::string& identity : identities_) cells.push_back(known[identity]);
  return cells;
}

ExitCode SweepBatch::paint(
    const BatchOptions& options,
    const std::function<void(const std::vector<CellProgress>&)>& on_news) const {
  Batch batch;
  batch.name = name_;
  batch.folder = folder_;
  batch.options = options;
  batch.tells_pictures = false;
  batch.items = [this](const std::function<void(ListItem)>& take) {
    for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) take(item_of(cell));
  };
  batch.on_news = [&](const BatchStore& store) { on_news(progress(store)); };
  return run_batch(batch);
}

}  // namespace pincel
