// SPDX-License-Identifier: MIT
// pincel moderate evaluate FOLDER: how well a policy tells, and which thresholds it had better
// have.
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/policy_file.h"
#include "commands/prompt_file.h"
#include "commands/reading_options.h"
#include "commands/roc_figure.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/roc.h"
#include "guidance/clip.h"
#include "guidance/moderation.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

struct ModerateEvaluateOptions {
  std::string policy;
  double rate = 0.01;
  std::string roc;
  std::string output;
  ReadingOptions reading;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("policy", policy, "the concepts to look for; empty: configs/moderation.yaml");
    visit("rate", rate, "share of other pictures that each concept may flag", Range{0, 1});
    visit("roc", roc, "draw the ROC of every concept into this .svg");
    visit("output", output, "write the policy with the proposed thresholds to this file");
    reading.fields(visit);
    machine.fields(visit);
    visit("json", json, "the table as JSON");
  }
};

constexpr CommandHelp kModerateEvaluateHelp{
    "moderate evaluate", "FOLDER",
    "Measures a policy on labelled pictures, in folders that are called as its concepts are ('a "
    "knife' or 'knife'); all other folders hold what is clean. Proposes thresholds for a wished "
    "rate "
    "of false alarms; where every picture has its caption in a .txt beside it, for prompts too.",
    "pincel moderate evaluate labelled --rate 0.01 --roc roc.svg"};

// "A_knife" and "knife" are one.
std::string plain_label(std::string label) {
  for (char& letter : label) {
    const bool is_gap = letter == '_' || letter == '-';
    letter = is_gap ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  for (const char* article : {"a ", "an ", "the "}) {
    if (label.starts_with(article)) return label.substr(std::string(article).size());
  }
  return label;
}

// Scores of every concept for pictures or captions whose label is known.
struct LabelledVerdicts {
  std::vector<std::string> labels;  // one a verdict
  std::vector<ModerationVerdict> verdicts;
};

LabelledScores scores_of(const LabelledVerdicts& seen, std::size_t number,
                         const std::string& label) {
  LabelledScores scores;
  for (std::size_t i = 0; i < seen.labels.size(); ++i) {
    const double score = seen.verdicts[i].scores[number].score;
    (seen.labels[i] == label ? scores.meant : scores.others).push_back(score);
  }
  return scores;
}

struct ConceptRow {
  std::string words;
  std::size_t meant = 0, others = 0;
  double area = 0;
  RocPoint now;       // what the policy's threshold does
  RocPoint proposed;  // for the wished rate
  std::vector<RocPoint> curve;
};

ConceptRow row_of(const std::string& words, const LabelledScores& scores, double threshold,
                  double rate) {
  ConceptRow row{.words = words,
                 .meant = scores.meant.size(),
                 .others = scores.others.size(),
                 .now = {},
                 .proposed = {},
                 .curve = roc_curve(scores)};
  row.area = area_under(row.curve);
  row.now = at_threshold(scores, threshold);
  RocPoint proposed = at_false_rate(row.curve, rate);
  if (std::isfinite(proposed.threshold)) {
    // As it will be written: rounded up, which flags no more.
    proposed = at_threshold(scores, std::ceil(proposed.threshold * 1000) / 1000);
  } else {
    proposed.threshold = 2;
  }
  row.proposed = proposed;
  return row;
}

// What all concepts together do to what is clean of all of them.
double false_alarms(const LabelledVerdicts& seen, const std::vector<double>& thresholds,
                    const std::set<std::string>& labels) {
  std::size_t clean = 0;
  std::size_t flagged = 0;
  for (std::size_t i = 0; i < seen.labels.size(); ++i) {
    if (labels.contains(seen.labels[i])) continue;
    ++clean;
    const auto& scores = seen.verdicts[i].scores;
    const bool is_flagged = std::any_of(scores.begin(), scores.end(), [&](const auto& one) {
      return one.score >= thresholds[one.concept_number];
    });
    if (is_flagged) ++flagged;
  }
  return clean == 0 ? 0 : static_cast<double>(flagged) / static_cast<double>(clean);
}

struct PolicyEvaluation {
  std::string what;  // "pictures" or "prompts"
  std::vector<ConceptRow> rows;
  double false_alarms_now = 0;
  double false_alarms_then = 0;
};

double& threshold_of(ForbiddenConcept& one, bool is_prompt) {
  return is_prompt ? one.prompt : one.picture;
}

// Puts the proposed thresholds into `policy`; concepts without a folder keep theirs.
PolicyEvaluation evaluate(const LabelledVerdicts& seen, ModerationPolicy& policy, double rate,
                          bool is_prompt) {
  PolicyEvaluation all{.what = is_prompt ? "prompts" : "pictures", .rows = {}};
  std::set<std::string> labels;
  std::vector<double> now;
  std::vector<double> then;
  for (std::size_t i = 0; i < policy.concepts.size(); ++i) {
    ForbiddenConcept& one = policy.concepts[i];
    double& threshold = threshold_of(one, is_prompt);
    now.push_back(threshold);
    labels.insert(plain_label(one.words));
    const LabelledScores scores = scores_of(seen, i, plain_label(one.words));
    if (!scores.meant.empty() && !scores.others.empty()) {
      all.rows.push_back(row_of(one.words, scores, threshold, rate));
      threshold = all.rows.back().proposed.threshold;
    }
    then.push_back(threshold);
  }
  all.false_alarms_now = false_alarms(seen, now, labels);
  all.false_alarms_then = false_alarms(seen, then, labels);
  return all;
}

std::string table_of(const PolicyEvaluation& all, double rate) {
  std::size_t width = 8;
  for (const ConceptRow& row : all.rows) width = std::max(width, row.words.size());
  std::string text = fmt::format(
      "{0:<{1}}  shown  others    AUC  now: found  alarms   at {2:g} %: "
      "threshold  found  alarms\n",
      all.what, width, 100 * rate);
  for (const ConceptRow& row : all.rows) {
    text += fmt::format(
        "{0:<{1}}  {2:>5}  {3:>6}  {4:.3f}   {5:>6.1f} %  {6:>4.1f} %  {7:>19.3f} "
        "{8:>6.1f} %  {9:>4.1f} %\n",
        row.words, width, row.meant, row.others, row.area, 100 * row.now.true_rate,
        100 * row.now.false_rate, row.proposed.threshold, 100 * row.proposed.true_rate,
        100 * row.proposed.false_rate);
  }
  text += fmt::format(
      "all together flag {:.1f} % of what is clean now, {:.1f} % with the proposed "
      "thresholds\n",
      100 * all.false_alarms_now, 100 * all.false_alarms_then);
  return text;
}

nlohmann::ordered_json json_of(const PolicyEvaluation& all) {
  auto rows = nlohmann::ordered_json::array();
  for (const ConceptRow& row : all.rows) {
    rows.push_back({{"words", row.words},
                    {"shown", row.meant},
                    {"others", row.others},
                    {"auc", row.area},
                    {"threshold", row.now.threshold},
                    {"found", row.now.true_rate},
                    {"alarms", row.now.false_rate},
                    {"proposed", row.proposed.threshold},
                    {"proposed_found", row.proposed.true_rate},
                    {"proposed_alarms", row.proposed.false_rate}});
  }
  return {{"what", all.what},
          {"concepts", std::move(rows)},
          {"false_alarms", all.false_alarms_now},
          {"proposed_false_alarms", all.false_alarms_then}};
}

struct PolicySamples {
  LabelledVerdicts pictures;
  LabelledVerdicts prompts;  // empty unless every picture has a caption
};

PolicySamples look_at_labelled(const fs::path& folder, const ModerateEvaluateOptions& options,
                               const Moderator& moderator, const Clip& clip) {
  const PictureFiles files = list_pictures({folder.string()});
  PolicySamples seen;
  std::vector<std::string> captions;
  embed_pictures(clip, files.pictures, options.reading, [&](const EmbeddedPictures& batch) {
    if (batch.places.empty()) return;
    auto verdicts = moderator.pictures(batch.rows);
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const fs::path& picture = files.pictures[batch.places[i]];
      const fs::path inside = picture.lexically_relative(folder);
      seen.pictures.labels.push_back(plain_label(inside.begin()->string()));
      seen.pictures.verdicts.push_back(std::move(verdicts[i]));
      fs::path caption = picture;
      caption.replace_extension(".txt");
      if (fs::is_regular_file(caption)) captions.push_back(read_prompts(caption.string())[0]);
    }
  });
  if (captions.size() == seen.pictures.labels.size()) {
    seen.prompts = {seen.pictures.labels, moderator.prompts(captions)};
  }
  return seen;
}

}  // namespace

int moderate_evaluate_command(const std::vector<std::string>& arguments) {
  ModerateEvaluateOptions options;
  const CommandLine line = read_command_line(kModerateEvaluateHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1 && fs::is_directory(line.words[0]), ExitCode::usage,
          "expected one folder of labelled pictures; as in '{}'", kModerateEvaluateHelp.example);
  const torch::NoGradGuard no_grad;
  ModerationPolicy policy = read_policy(policy_file(options.policy));
  const Clip clip = Clip::load(find_model(policy.clip, "clip"), use_machine(options.machine));
  const Moderator moderator(policy, clip);
  const PolicySamples seen = look_at_labelled(line.words[0], options, moderator, clip);
  std::vector<PolicyEvaluation> parts{evaluate(seen.pictures, policy, options.rate, false)};
  require(!parts[0].rows.empty(), ExitCode::bad_data,
          "{}: no folder in it is called as a concept of {} is, such as '{}'", line.words[0],
          policy.source, plain_label(policy.concepts[0].words));
  if (!seen.prompts.labels.empty()) {
    parts.push_back(evaluate(seen.prompts, policy, options.rate, true));
  }
  auto list = nlohmann::ordered_json::array();
  for (const PolicyEvaluation& part : parts) {
    list.push_back(json_of(part));
    if (!options.json) print(table_of(part, options.rate));
  }
  if (options.json) print(json_text(list) + "\n");
  if (!options.roc.empty()) {
    std::vector<NamedCurve> curves;
    for (const ConceptRow& row : parts[0].rows) curves.push_back({row.words, row.area, row.curve});
    write_file_atomically(options.roc, roc_figure(curves));
  }
  if (!options.output.empty()) write_file_atomically(options.output, written(policy));
  return 0;
}

}  // namespace pincel
