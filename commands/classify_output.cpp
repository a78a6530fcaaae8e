// SPDX-License-Identifier: MIT
#include "commands/classify_output.h"

#include <fmt/core.h>

#include <utility>

#include "commands/output.h"
#include "commands/ranking_text.h"
#include "commands/sweep_results.h"
#include "core/json_text.h"

namespace pincel {
namespace {

class ClassifyTable : public ClassifyOutput {
 public:
  ClassifyTable(const ClassifyStyle& style, std::vector<std::string> labels)
      : style_{style.top, style.has_bars}, labels_(std::move(labels)) {}

  void add(const std::string& image, const Ranking& ranking) override {
    print(ranking_text(image, ranking, labels_, style_));
  }
  void add_unread(const std::string& /*image*/, const std::string& /*why*/) override {}
  void finish() override {}

 private:
  RankingStyle style_;
  std::vector<std::string> labels_;
};

// A list whose entries are printed as they come.
class ClassifyJson : public ClassifyOutput {
 public:
  explicit ClassifyJson(std::vector<std::string> labels) : labels_(std::move(labels)) {}

  void add(const std::string& image, const Ranking& ranking) override {
    nlohmann::ordered_json entry = {{"image", image}, {"best", labels_[ranking.order[0]]}};
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      entry["probabilities"][labels_[i]] = ranking.probabilities[i];
    }
    print_entry(entry);
  }
  void add_unread(const std::string& image, const std::string& why) override {
    print_entry({{"image", image}, {"error", why}});
  }
  void finish() override { print(is_first_ ? "[]\n" : "]\n"); }

 private:
  void print_entry(const nlohmann::ordered_json& entry) {
    print((is_first_ ? "[" : ",\n") + json_text(entry));
    is_first_ = false;
  }

  std::vector<std::string> labels_;
  bool is_first_ = true;
};

// A column for each label.
class ClassifyCsv : public ClassifyOutput {
 public:
  explicit ClassifyCsv(std::vector<std::string> labels) : labels_(std::move(labels)) {
    std::vector<std::string> heading = {"image", "best", "error"};
    heading.insert(heading.end(), labels_.begin(), labels_.end());
    print(csv_row(heading));
  }

  void add(const std::string& image, const Ranking& ranking) override {
    std::vector<std::string> row = {image, labels_[ranking.order[0]], ""};
    for (const double one : ranking.probabilities) row.push_back(fmt::format("{:.6g}", one));
    print(csv_row(row));
  }
  void add_unread(const std::string& image, const std::string& why) override {
    std::vector<std::string> row = {image, "", why};
    row.resize(3 + labels_.size());
    print(csv_row(row));
  }
  void finish() override {}

 private:
  std::vector<std::string> labels_;
};

}  // namespace

std::unique_ptr<ClassifyOutput> make_classify_output(const ClassifyStyle& style,
                                                     std::vector<std::string> labels) {
  if (style.form == "json") return std::make_unique<ClassifyJson>(std::move(labels));
  if (style.form == "csv") return std::make_unique<ClassifyCsv>(std::move(labels));
  return std::make_unique<ClassifyTable>(style, std::move(labels));
}

}  // namespace pincel
