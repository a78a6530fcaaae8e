// SPDX-License-Identifier: MIT
#include "guidance/text_classifier.h"

#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/utf8.h"
#include "guidance/clip.h"
#include "guidance/zero_shot.h"

namespace pincel {
namespace {

constexpr const char* kLabelsKey = "pincel.labels";
constexpr const char* kTemplatesKey = "pincel.templates";
constexpr const char* kModelKey = "pincel.model";
constexpr const char* kRowsName = "classifier";

void expect_labels(const std::vector<std::string>& labels) {
  require(!labels.empty(), ExitCode::bad_value, "no label to choose from");
  std::set<std::string> known;
  for (const std::string& label : labels) {
    require(!label.empty() && is_utf8(label), ExitCode::bad_value,
            "label {} is empty or not UTF-8 text", known.size() + 1);
    require(known.insert(label).second, ExitCode::bad_value, "label '{}' comes twice",
            printable(label));
  }
}

std::vector<std::string> words_in(const Checkpoint& file, const char* key) {
  const auto found = file.metadata.find(key);
  require(found != file.metadata.end(), ExitCode::bad_data,
          "{}: is no classifier of 'pincel classify --save-classifier': its metadata has no '{}'",
          file.source, key);
  const auto list = nlohmann::json::parse(found->second, nullptr, false);
  const bool holds_words =
      list.is_array() &&
      std::all_of(list.begin(), list.end(), [](const auto& item) { return item.is_string(); });
  require(holds_words, ExitCode::bad_data, "{}: '{}' is no list of texts", file.source, key);
  return list.get<std::vector<std::string>>();
}

}  // namespace

TextClassifier make_text_classifier(const Clip& clip, const std::vector<std::string>& labels,
                                    const std::vector<std::string>& templates) {
  expect_labels(labels);
  return {labels, templates, clip.fingerprint(), label_embeddings(clip, labels, templates)};
}

void write_text_classifier(const std::filesystem::path& path, const TextClassifier& classifier) {
  Checkpoint file;
  file.tensors[kRowsName] = classifier.rows.detach().to(torch::kCPU, torch::kFloat).contiguous();
  file.metadata[kLabelsKey] = nlohmann::json(classifier.labels).dump();
  file.metadata[kTemplatesKey] = nlohmann::json(classifier.templates).dump();
  file.metadata[kModelKey] = classifier.model;
  write_checkpoint(path, file);
}

TextClassifier read_text_classifier(const std::filesystem::path& path, const Clip& clip) {
  const Checkpoint file = open_checkpoint(path);
  TextClassifier classifier;
  classifier.labels = words_in(file, kLabelsKey);
  classifier.templates = words_in(file, kTemplatesKey);
  const auto model = file.metadata.find(kModelKey);
  classifier.model = model == file.metadata.end() ? "" : model->second;
  require(classifier.model == clip.fingerprint(), ExitCode::bad_data,
          "{}: was made with another CLIP (its weights have the sum {}...); give that one with "
          "--clip, or make the file anew with --save-classifier",
          path.string(), printable(classifier.model.substr(0, 12)));
  const auto rows = file.tensors.find(kRowsName);
  const auto count = static_cast<std::int64_t>(classifier.labels.size());
  require(count > 0 && rows != file.tensors.end() && rows->second.dim() == 2 &&
              rows->second.size(0) == count && rows->second.size(1) == clip.dimension(),
          ExitCode::bad_data, "{}: '{}' is not [{}, {}]", path.string(), kRowsName, count,
          clip.dimension());
  classifier.rows = rows->second.to(clip.device(), torch::kFloat);
  return classifier;
}

}  // namespace pincel
