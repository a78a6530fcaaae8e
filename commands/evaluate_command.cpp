// SPDX-License-Identifier: MIT
// pincel evaluate FOLDER|FILE: how well a CLIP tells classes apart, or finds captions and pictures.
#include <fmt/core.h>
#include <torch/torch.h>

#include <cmath>

#include "commands/arguments.h"
#include "commands/captioned_files.h"
#include "commands/commands.h"
#include "commands/labelled_folder.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/reading_options.h"
#include "core/error.h"
#include "core/json_text.h"
#include "guidance/clip.h"
#include "guidance/text_classifier.h"
#include "guidance/zero_shot_scores.h"
#include "prompts/template_sets.h"

namespace pincel {
namespace {

struct EvaluateOptions {
  std::string task = "auto";
  std::vector<std::string> templates = {"{}", "a picture of a {}"};
  std::string names;
  std::string clip = "guide";
  bool per_class = false;
  MachineOptions machine;
  ReadingOptions reading;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("task", task,
          "classification of pictures in a folder for each class, or retrieval among pictures with "
          "captions; auto: retrieval where there are captions",
          OneOf{{"auto", "classification", "retrieval"}});
    visit("templates", templates,
          "sentences around a class, as for classify: themselves, a file, openai, en, es or pt");
    visit("names", names, "text file with FOLDER=NAME for classes not called as their folders");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("per_class", per_class, "the recall of each class, too");
    machine.fields(visit);
    reading.fields(visit);
    visit("json", json, "the figures as a JSON object, named as CLIP_benchmark names them");
  }
};

constexpr CommandHelp kEvaluateHelp{
    "evaluate", "FOLDER|FILE",
    "Measures a CLIP: top-1, top-5 and mean per-class recall on pictures in a folder for each "
    "class; or how often captions find their pictures and pictures their captions among the first "
    "1, 5 and 10 (captions: .txt beside the pictures, or a .csv, .tsv or .jsonl). By the "
    "definitions of LAION's CLIP_benchmark.",
    "pincel evaluate photos_by_class"};

// What was measured of what.
struct Evaluation {
  std::string task;
  EmbeddedCount count;
  nlohmann::ordered_json details;  // besides the figures
  std::vector<std::pair<std::string, double>> metrics;
};

// The scores of classification, and its classes with their recall.
struct ClassFigures {
  std::vector<std::string> labels;
  ClassificationScores scores;
};

Evaluation evaluate_classes(const EvaluateOptions& options, const Clip& clip,
                            const std::string& folder, ClassFigures& figures) {
  const LabelledFolder found = list_labelled(folder, options.names);
  for (const UnreadableFile& one : found.unreadable) tell(one.why);
  const auto classifier = make_text_classifier(clip, found.labels, templates_of(options.templates));
  ClassificationTally tally(classifier.rows);
  Evaluation made{.task = "zeroshot_classification", .count = {}, .details = {}, .metrics = {}};
  made.count =
      embed_pictures(clip, found.pictures, options.reading, [&](const EmbeddedPictures& seen) {
        std::vector<std::int64_t> classes;
        for (const std::size_t place : seen.places) classes.push_back(found.classes[place]);
        if (!classes.empty()) tally.add(seen.rows, classes);
      });
  made.count.unread += found.unreadable.size();
  figures = {found.labels, tally.scores()};
  made.details["classes"] = found.labels.size();
  made.details["templates"] = classifier.templates.size();
  made.metrics = {{"acc1", figures.scores.acc1},
                  {"acc5", figures.scores.acc5},
                  {"mean_per_class_recall", figures.scores.mean_per_class_recall}};
  return made;
}

at::Tensor embedded_texts(const Clip& clip, const std::vector<std::string>& texts) {
  constexpr std::size_t kCaptionsAtOnce = 256;
  std::vector<at::Tensor> rows;
  for (std::size_t begin = 0; begin < texts.size(); begin += kCaptionsAtOnce) {
    const std::size_t end = std::min(begin + kCaptionsAtOnce, texts.size());
    rows.push_back(clip.texts({texts.begin() + static_cast<std::ptrdiff_t>(begin),
                               texts.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  return torch::cat(rows);
}

Evaluation evaluate_captions(const EvaluateOptions& options, const Clip& clip,
                             const std::string& path) {
  const CaptionedFiles found = list_captioned(path);
  for (const UnreadableFile& one : found.unreadable) tell(one.why);
  std::vector<at::Tensor> rows;
  std::vector<std::string> texts;
  std::vector<std::int64_t> picture_of_text;
  Evaluation made{.task = "zeroshot_retrieval", .count = {}, .details = {}, .metrics = {}};
  std::int64_t pictures = 0;
  made.count =
      embed_pictures(clip, found.pictures, options.reading, [&](const EmbeddedPictures& seen) {
        if (!seen.places.empty()) rows.push_back(seen.rows);
        for (const std::size_t place : seen.places) {
          for (const std::string& caption : found.captions[place]) {
            texts.push_back(caption);
            picture_of_text.push_back(pictures);
          }
          ++pictures;
        }
      });
  made.count.unread += found.unreadable.size();
  made.details["captions"] = texts.size();
  if (rows.empty()) return made;
  const auto scores =
      retrieval_scores(torch::cat(rows), embedded_texts(clip, texts), picture_of_text);
  for (std::size_t i = 0; i < scores.k.size(); ++i) {
    const auto at = "_retrieval_recall@" + std::to_string(scores.k[i]);
    made.metrics.emplace_back("image" + at, scores.image_retrieval_recall[i]);
    made.metrics.emplace_back("text" + at, scores.text_retrieval_recall[i]);
  }
  return made;
}

std::string written_share(double share) {
  return std::isnan(share) ? "      -" : fmt::format("{:5.1f} %", 100 * share);
}

std::string evaluation_table(const Evaluation& made, const ClassFigures& figures) {
  std::string text = fmt::format("{:28}{:7}\n", "pictures", made.count.embedded);
  for (const auto& [name, value] : made.details.items()) {
    text += fmt::format("{:28}{:7}\n", name, value.get<std::int64_t>());
  }
  for (const auto& [name, value] : made.metrics) {
    text += fmt::format("{:28}{}\n", name, written_share(value));
  }
  for (std::size_t i = 0; i < figures.labels.size(); ++i) {
    text += fmt::format("  {}  {} ({})\n", written_share(figures.scores.recall_of_class[i]),
                        figures.labels[i], figures.scores.pictures_of_class[i]);
  }
  return text;
}

std::string evaluation_json(const Evaluation& made, const ClassFigures& figures,
                            const std::string& data, const std::string& model) {
  // A share that is no number has no JSON but null.
  nlohmann::ordered_json whole{{"dataset", data}, {"model", model}, {"task", made.task}};
  whole["pictures"] = made.count.embedded;
  whole["unreadable"] = made.count.unread;
  whole.update(made.details);
  for (const auto& [name, value] : made.metrics) whole["metrics"][name] = value;
  for (std::size_t i = 0; i < figures.labels.size(); ++i) {
    whole["recall"][figures.labels[i]] = figures.scores.recall_of_class[i];
  }
  return json_text(whole) + "\n";
}

}  // namespace

int evaluate_command(const std::vector<std::string>& arguments) {
  EvaluateOptions options;
  const CommandLine line = read_command_line(kEvaluateHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1, ExitCode::usage,
          "give one folder, or one file of captions; as in '{}'", kEvaluateHelp.example);
  const std::string& data = line.words.front();
  std::error_code ignored;
  require(std::filesystem::exists(data, ignored), ExitCode::missing_input,
          "{}: no such folder or file of captions", data);
  const bool is_retrieval =
      options.task == "retrieval" || (options.task == "auto" && is_captioned(data));
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  ClassFigures figures;
  const Evaluation made = is_retrieval ? evaluate_captions(options, clip, data)
                                       : evaluate_classes(options, clip, data, figures);
  require(made.count.embedded > 0, ExitCode::bad_data, "{}: none of its pictures can be read",
          data);
  if (!options.per_class) figures = {};
  print(options.json ? evaluation_json(made, figures, data, options.clip)
                     : evaluation_table(made, figures));
  if (made.count.unread == 0) return 0;
  tell(fmt::format("{} pictures could not be read and are left out", made.count.unread));
  return static_cast<int>(ExitCode::bad_data);
}

}  // namespace pincel
