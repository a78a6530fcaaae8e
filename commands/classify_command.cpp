// SPDX-License-Identifier: MIT
// pincel classify IMAGE|FOLDER... --labels a,b,c: which label does each picture show?
#include <torch/torch.h>
#include <unistd.h>

#include "commands/arguments.h"
#include "commands/classify_output.h"
#include "commands/commands.h"
#include "commands/label_list.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/reading_options.h"
#include "core/error.h"
#include "guidance/clip.h"
#include "guidance/text_classifier.h"
#include "guidance/zero_shot.h"
#include "prompts/template_sets.h"

namespace pincel {
namespace {

struct ClassifyOptions {
  std::vector<std::string> labels;
  std::vector<std::string> templates = {"{}", "a picture of a {}"};
  std::string clip = "guide";
  std::int64_t top = 5;
  std::string bars = "auto";
  std::string classifier;
  std::string save_classifier;
  MachineOptions machine;
  ReadingOptions reading;
  bool json = false;
  bool csv = false;

  template <class V>
  void fields(V&& visit) {
    visit("labels", labels,
          "what the picture may show, with commas between, or a file, one a line");
    visit("templates", templates,
          "sentences around a label, {} stands for it, averaged; or a file of them; or openai, the "
          "80 of CLIP's authors; en, es or pt, in the words of the shipped models");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("top", top, "labels shown for each picture", Range{1, 1e6});
    visit("bars", bars, "bars beside the probabilities; auto: on a terminal",
          OneOf{{"auto", "always", "never"}});
    visit("save_classifier", save_classifier,
          "keep the labels as the CLIP sees them in this .safetensors file");
    visit("classifier", classifier, "such a file instead of --labels and --templates");
    machine.fields(visit);
    reading.fields(visit);
    visit("json", json, "a JSON list of image, best and probabilities");
    visit("csv", csv, "a CSV table of image, best, error and a column for each label");
  }
};

constexpr CommandHelp kClassifyHelp{
    "classify", "IMAGE|FOLDER...",
    "Says which of your labels each picture shows, without training "
    "(zero-shot, as in CLIP's paper).",
    "pincel classify photo.jpg --labels cat,dog,bird"};

void expect_sense(const ClassifyOptions& options, const std::vector<std::string>& words) {
  require(!words.empty() || !options.save_classifier.empty(), ExitCode::usage,
          "no picture to classify; as in '{}'", kClassifyHelp.example);
  require(options.labels.empty() || options.classifier.empty(), ExitCode::usage,
          "--labels and --classifier are both given; a classifier holds its labels");
  require(!options.labels.empty() || !options.classifier.empty(), ExitCode::usage,
          "--labels is missing; as in '{}'", kClassifyHelp.example);
  require(!options.json || !options.csv, ExitCode::usage,
          "--json and --csv are both given; choose one");
}

TextClassifier classifier_of(const ClassifyOptions& options, const Clip& clip) {
  if (!options.classifier.empty()) return read_text_classifier(options.classifier, clip);
  return make_text_classifier(clip, labels_given(options.labels), templates_of(options.templates));
}

int classify_files(const ClassifyOptions& options, const Clip& clip,
                   const TextClassifier& classifier, const std::vector<std::string>& words) {
  const PictureFiles found = found_pictures(words);
  const bool has_bars =
      options.bars == "always" || (options.bars == "auto" && isatty(STDOUT_FILENO) == 1);
  const auto output = make_classify_output({.form = options.json  ? "json"
                                                    : options.csv ? "csv"
                                                                  : "table",
                                            .top = options.top,
                                            .has_bars = has_bars},
                                           classifier.labels);
  for (const UnreadableFile& one : found.unreadable) output->add_unread(one.path.string(), one.why);
  ReadingOptions reading = options.reading;
  reading.quiet = reading.quiet || isatty(STDOUT_FILENO) == 1;  // what is printed is progress
  const EmbeddedCount count =
      embed_pictures(clip, found.pictures, reading, [&](const EmbeddedPictures& seen) {
        std::size_t row = 0, unread = 0;
        while (row < seen.places.size() || unread < seen.unread.size()) {
          const bool is_unread =
              row == seen.places.size() ||
              (unread < seen.unread.size() && seen.unread[unread].place < seen.places[row]);
          if (is_unread) {
            const auto& one = seen.unread[unread++];
            output->add_unread(found.pictures[one.place].string(), one.why);
          } else {
            const auto number = static_cast<std::int64_t>(row);
            output->add(found.pictures[seen.places[row++]].string(),
                        rank_texts(clip, seen.rows.slice(0, number, number + 1), classifier.rows));
          }
        }
      });
  output->finish();
  const bool is_whole = count.unread == 0 && found.unreadable.empty();
  return static_cast<int>(is_whole ? ExitCode::ok : ExitCode::bad_data);
}

}  // namespace

int classify_command(const std::vector<std::string>& arguments) {
  ClassifyOptions options;
  const CommandLine line = read_command_line(kClassifyHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  expect_sense(options, line.words);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  const TextClassifier classifier = classifier_of(options, clip);
  if (!options.save_classifier.empty()) {
    write_text_classifier(options.save_classifier, classifier);
    if (line.words.empty()) print(options.save_classifier + "\n");
  }
  return line.words.empty() ? 0 : classify_files(options, clip, classifier, line.words);
}

}  // namespace pincel
