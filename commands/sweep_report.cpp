// SPDX-License-Identifier: MIT
#include "commands/sweep_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "commands/web_page.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/resample.h"
#include "scenes/sheet.h"

namespace pincel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCurvePoints = 48;  // of a cell's curve on the page
constexpr std::size_t kWidestSheet = 16;  // pictures in a row
constexpr std::chrono::seconds kRestBetweenReports{3};
constexpr int kShareOfReports = 10;  // at most a tenth of the time goes into them

// What stands in for a picture that is not there yet.
Picture blank_like(const std::vector<Picture>& pictures) {
  for (const Picture& picture : pictures) {
    if (picture.width > 0) {
      return {picture.width, picture.height, std::vector<std::uint8_t>(picture.rgb.size(), 232)};
    }
  }
  return {1, 1, {232, 232, 232}};
}

}  // namespace

SweepReport::SweepReport(std::filesystem::path folder, std::string title, const SweepPlan& plan,
                         std::vector<CellPrompt> prompts, int longest)
    : folder_(std::move(folder)),
      title_(std::move(title)),
      plan_(plan),
      prompts_(std::move(prompts)),
      longest_(longest),
      results_(plan.cells.size()),
      small_(plan.cells.size()),
      addresses_(plan.cells.size()) {}

void SweepReport::judge_by(std::string model, const at::Device& device) {
  judge_model_ = std::move(model);
  device_ = device;
  // One that is named may be missing: better known before hours of painting.
  if (!judge_model_.empty()) judge_ = std::make_unique<PictureJudge>(judge_model_, device_);
}

void SweepReport::look_at(std::size_t cell, const std::filesystem::path& picture) {
  const Picture whole = decode_picture(picture);
  if (!prompts_[cell].prompts.empty()) {
    if (judge_ == nullptr) judge_ = std::make_unique<PictureJudge>(judge_model_, device_);
    results_[cell].score = judge_->score(whole, prompts_[cell].prompts);
  }
  small_[cell] = shrunk(whole, longest_);
  addresses_[cell] = picture_address(small_[cell], longest_);
}

void SweepReport::take(std::size_t cell, const CellProgress& progress) {
  SweepResult& result = results_[cell];
  const bool is_new = progress.state == "done" && result.picture.empty();
  result.state = progress.state;
  result.reason = progress.reason;
  if (!is_new) return;
  result.curve = read_loss_curve(progress.folder / "log.jsonl");
  if (!result.curve.empty()) {
    result.loss = result.curve.back().loss;
    result.steps = result.curve.back().step;
  }
  result.curve = thinned(result.curve, kCurvePoints);
  result.seconds = progress.seconds;
  try {
    look_at(cell, progress.picture);
  } catch (const Error& error) {  // it was taken away after it was painted
    result.reason = error.what();
    return;
  }
  result.picture = std::filesystem::relative(progress.picture, folder_);
}

int SweepReport::columns() const {
  // As many of the last axes as fit, so that a row holds whole turns of them.
  std::size_t columns = 1;
  for (std::size_t axis = plan_.axes.size(); axis-- > 0;) {
    const std::size_t wider = columns * plan_.axes[axis].values.size();
    if (wider > kWidestSheet) return static_cast<int>(columns > 1 ? columns : kWidestSheet);
    columns = wider;
  }
  return static_cast<int>(columns);
}

void SweepReport::write_sheet_of_cells() const {
  const Picture blank = blank_like(small_);
  std::vector<Picture> pictures;
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < small_.size(); ++i) {
    pictures.push_back(small_[i].width > 0 ? small_[i] : blank);
    std::string label;
    for (std::size_t axis = 0; axis < plan_.axes.size(); ++axis) {
      label += (axis == 0 ? "" : ", ") + sweep_label(plan_.axes[axis], plan_.cells[i].at[axis]);
    }
    if (results_[i].score) label += fmt::format(" ({:.3f})", *results_[i].score);
    if (results_[i].state != "done") label += ": " + results_[i].state;
    labels.push_back(std::move(label));
  }
  write_image(sheet(), from_picture(contact_sheet(pictures, labels, columns())));
}

void SweepReport::write(const std::vector<CellProgress>& cells) {
  require(cells.size() == results_.size(), ExitCode::internal, "{} cells of {} are told of",
          cells.size(), results_.size());
  const auto start = Clock::now();
  for (std::size_t i = 0; i < cells.size(); ++i) take(i, cells[i]);
  write_file_atomically(table(), results_csv(plan_, results_));
  std::vector<FlatSettings> configs;
  for (const CellPrompt& cell : prompts_) configs.push_back(cell.config);
  write_file_atomically(page(), sweep_page({.title = title_,
                                            .plan = plan_,
                                            .results = results_,
                                            .configs = configs,
                                            .thumbnails = addresses_}));
  write_sheet_of_cells();
  const auto now = Clock::now();
  next_ = now + std::max<Clock::duration>(kRestBetweenReports, kShareOfReports * (now - start));
}

void SweepReport::write_at_times(const std::vector<CellProgress>& cells) {
  if (Clock::now() >= next_) write(cells);
}

}  // namespace pincel
