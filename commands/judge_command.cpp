// SPDX-License-Identifier: MIT
// pincel judge IMAGE... --prompts FILE: which of the prompts does each picture show?
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/judge_report.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/prompt_file.h"
#include "commands/ranking_text.h"
#include "core/error.h"
#include "core/image_file.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

struct JudgeOptions {
  std::string prompts;
  std::string judge;
  std::string sheet;
  std::string table;
  std::int64_t top = 3;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("prompts", prompts, "text file with the prompts to choose from, one a line");
    visit("judge", judge, "a CLIP of ours instead of the shipped judge");
    visit("sheet", sheet,
          "write a contact sheet of the pictures with the verdicts to this .png or .jpg");
    visit("table", table, "write the verdicts as a Markdown table to this file");
    visit("top", top, "best prompts shown for each picture", Range{1, 1e6});
    machine.fields(visit);
    visit("json", json, "a JSON list of image, best, index and probabilities");
  }
};

constexpr CommandHelp kJudgeHelp{
    "judge", "IMAGE...",
    "Says how well each picture fits each of the prompts, as a second CLIP sees it that has guided "
    "none of them.",
    "pincel judge outputs/*/picture.png --prompts tests/data/prompts.txt"};

std::vector<Verdict> judge(const Clip& clip, const std::vector<std::string>& images,
                           const std::vector<std::string>& prompts) {
  const at::NoGradGuard no_grad;
  const at::Tensor texts = clip.texts(prompts);  // [N, D]
  std::vector<Verdict> verdicts;
  for (const std::string& path : images) {
    const at::Tensor seen = clip.images(read_image(path).to(clip.device()));  // [1, D]
    verdicts.push_back({path, painted_prompt(path), rank_texts(clip, seen, texts)});
  }
  return verdicts;
}

void print_json(const std::vector<Verdict>& verdicts, const std::vector<std::string>& prompts) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Verdict& verdict : verdicts) {
    nlohmann::ordered_json entry;
    entry["image"] = verdict.image;
    entry["best"] = prompts[verdict.ranking.order[0]];
    entry["index"] = verdict.ranking.order[0];
    entry["probabilities"] = verdict.ranking.probabilities;
    list.push_back(std::move(entry));
  }
  using Handler = nlohmann::ordered_json::error_handler_t;
  print(list.dump(-1, ' ', false, Handler::replace) + "\n");
}

void print_table(const std::vector<Verdict>& verdicts, const std::vector<std::string>& prompts,
                 std::int64_t top) {
  for (const Verdict& verdict : verdicts) {
    print(ranking_text(verdict.image, verdict.ranking, prompts, {.top = top}));
  }
}

}  // namespace

int judge_command(const std::vector<std::string>& arguments) {
  JudgeOptions options;
  const CommandLine line = read_command_line(kJudgeHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty(), ExitCode::usage, "no picture to judge; as in '{}'",
          kJudgeHelp.example);
  require(!options.prompts.empty(), ExitCode::usage,
          "--prompts is missing: a text file with the prompts to choose from, one a line");
  const std::vector<std::string> prompts = read_prompts(options.prompts);
  const std::filesystem::path file =
      options.judge.empty() ? shipped_model("judge") : std::filesystem::path(options.judge);
  const Clip clip = Clip::load(file, use_machine(options.machine));
  const std::vector<Verdict> verdicts = judge(clip, line.words, prompts);
  if (!options.sheet.empty()) write_sheet(options.sheet, verdicts, prompts);
  if (!options.table.empty()) write_table(options.table, verdicts, prompts);
  if (options.json) {
    print_json(verdicts, prompts);
    return 0;
  }
  print_table(verdicts, prompts, options.top);
  const Score score = score_of(verdicts, prompts);
  if (score.known > 0) {
    print(fmt::format("the judge picks the painted prompt among {} for {} of {} pictures\n",
                      prompts.size(), score.right, score.known));
  }
  return 0;
}

}  // namespace pincel
