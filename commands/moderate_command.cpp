// SPDX-License-Identifier: MIT
// pincel moderate IMAGE|FOLDER... --policy FILE: does a picture show what is not to be shown?
#include <fmt/core.h>
#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/policy_file.h"
#include "commands/reading_options.h"
#include "core/error.h"
#include "core/json_text.h"
#include "guidance/clip.h"
#include "guidance/moderation.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

// How the command ends, as virus scanners do.
constexpr int kClean = 0;
constexpr int kFlagged = 1;
constexpr int kCannotTell = 2;

struct ModerateOptions {
  std::string policy;
  std::string prompt;
  ReadingOptions reading;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("policy", policy, "what is not to be shown; empty: configs/moderation.yaml");
    visit("prompt", prompt, "look at these words too, as 'paint --moderate' does");
    reading.fields(visit);
    machine.fields(visit);
    visit("json", json, "a JSON list of what was looked at, verdict and scores");
  }
};

constexpr CommandHelp kModerateHelp{"moderate", "IMAGE|FOLDER...",
                                    "Says which pictures show what a policy forbids, with the "
                                    "score of each concept. Exit code 0: all "
                                    "clean, 1: some are flagged, 2: none is flagged, but some "
                                    "cannot be read. It is advice: the model "
                                    "sees what it has learnt, and can be led astray.",
                                    "pincel moderate photos --policy configs/moderation.yaml"};

struct Seen {
  std::string name;
  ModerationVerdict verdict;
};

std::string verdict_line(const Seen& seen, const ModerationPolicy& policy) {
  const bool is_clean = seen.verdict.flagged.empty();
  std::string line =
      fmt::format("{:<8} {}:", is_clean ? "clean" : "flagged", display_text(seen.name));
  if (is_clean) return line + " nearest " + written(seen.verdict.nearest, policy) + "\n";
  for (std::size_t i = 0; i < seen.verdict.flagged.size(); ++i) {
    line += (i > 0 ? ", " : " ") + written(seen.verdict.flagged[i], policy);
  }
  return line + "\n";
}

nlohmann::ordered_json verdict_json(const Seen& seen, const ModerationPolicy& policy) {
  nlohmann::ordered_json entry{{"name", seen.name},
                               {"verdict", seen.verdict.flagged.empty() ? "clean" : "flagged"},
                               {"flagged", nlohmann::ordered_json::array()},
                               {"scores", nlohmann::ordered_json::object()}};
  for (const ConceptScore& one : seen.verdict.flagged) {
    entry["flagged"].push_back(policy.concepts[one.concept_number].words);
  }
  for (const ConceptScore& one : seen.verdict.scores) {
    entry["scores"][policy.concepts[one.concept_number].words] = {{"score", one.score},
                                                                  {"threshold", one.threshold}};
  }
  return entry;
}

struct Moderated {
  std::vector<Seen> seen;
  std::vector<UnreadableFile> unread;
};

Moderated look_at(const CommandLine& line, const ModerateOptions& options,
                  const Moderator& moderator, const Clip& clip) {
  Moderated all;
  if (!options.prompt.empty()) {
    all.seen.push_back({"\"" + options.prompt + "\"", moderator.prompts({options.prompt})[0]});
  }
  if (line.words.empty()) return all;
  const PictureFiles files = list_pictures(line.words);
  all.unread = files.unreadable;
  embed_pictures(clip, files.pictures, options.reading, [&](const EmbeddedPictures& batch) {
    for (const auto& unread : batch.unread) {
      all.unread.push_back({files.pictures[unread.place], unread.why});
    }
    if (batch.places.empty()) return;
    std::vector<ModerationVerdict> verdicts = moderator.pictures(batch.rows);
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      all.seen.push_back({files.pictures[batch.places[i]].string(), std::move(verdicts[i])});
    }
  });
  return all;
}

int report_of(const Moderated& all, const ModerationPolicy& policy, bool as_json) {
  std::size_t flagged = 0;
  auto list = nlohmann::ordered_json::array();
  for (const Seen& seen : all.seen) {
    if (!seen.verdict.flagged.empty()) ++flagged;
    if (as_json) {
      list.push_back(verdict_json(seen, policy));
    } else {
      print(verdict_line(seen, policy));
    }
  }
  for (const UnreadableFile& file : all.unread) {
    if (as_json) {
      list.push_back({{"name", file.path.string()}, {"verdict", "cannot tell"}, {"why", file.why}});
    } else {
      print(fmt::format("{:<8} {}\n", "unread", display_text(file.why)));
    }
  }
  if (as_json) {
    print(json_text(list) + "\n");
  } else {
    print(fmt::format("{} looked at: {} clean, {} flagged, {} cannot be told\n",
                      all.seen.size() + all.unread.size(), all.seen.size() - flagged, flagged,
                      all.unread.size()));
  }
  if (flagged > 0) return kFlagged;
  return all.unread.empty() ? kClean : kCannotTell;
}

}  // namespace

int moderate_command(const std::vector<std::string>& arguments) {
  ModerateOptions options;
  const CommandLine line = read_command_line(kModerateHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty() || !options.prompt.empty(), ExitCode::usage,
          "no picture to look at; as in '{}'", kModerateHelp.example);
  const torch::NoGradGuard no_grad;
  const ModerationPolicy policy = read_policy(policy_file(options.policy));
  const Clip clip = Clip::load(find_model(policy.clip, "clip"), use_machine(options.machine));
  const Moderator moderator(policy, clip);
  options.reading.quiet |= options.json;
  return report_of(look_at(line, options, moderator, clip), policy, options.json);
}

}  // namespace pincel
