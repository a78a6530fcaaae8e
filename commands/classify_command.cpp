// SPDX-License-Identifier: MIT
// pincel classify IMAGE... --labels a,b,c: which label does each picture show?
#include <fmt/core.h>
#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/ranking_text.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/picture.h"
#include "guidance/clip.h"
#include "guidance/zero_shot.h"

namespace pincel {
namespace {

struct ClassifyOptions {
  std::vector<std::string> labels;
  std::vector<std::string> templates = {"{}", "a picture of a {}"};
  std::string clip = "guide";
  std::int64_t top = 5;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("labels", labels, "what the picture may show, with commas between");
    visit("templates", templates, "sentences around a label, {} stands for it; averaged");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("top", top, "labels shown for each picture", Range{1, 1e6});
    machine.fields(visit);
    visit("json", json, "a JSON list of image, best and probabilities");
  }
};

constexpr CommandHelp kClassifyHelp{
    "classify", "IMAGE...",
    "Says which of your labels each picture shows, without training "
    "(zero-shot, as in CLIP's paper).",
    "pincel classify photo.jpg --labels cat,dog,bird"};

}  // namespace

int classify_command(const std::vector<std::string>& arguments) {
  ClassifyOptions options;
  const CommandLine line = read_command_line(kClassifyHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty(), ExitCode::usage, "no picture to classify; as in '{}'",
          kClassifyHelp.example);
  require(!options.labels.empty(), ExitCode::usage, "--labels is missing; as in '{}'",
          kClassifyHelp.example);
  require(!options.templates.empty(), ExitCode::bad_value, "--templates is empty, expected '{{}}'");
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  const at::Tensor labels = label_embeddings(clip, options.labels, options.templates);
  auto list = nlohmann::ordered_json::array();
  for (const std::string& image : line.words) {
    const Ranking ranking = rank_texts(clip, clip.picture(decode_picture(image)), labels);
    if (!options.json) {
      print(ranking_text(image, ranking, options.labels, options.top));
      continue;
    }
    nlohmann::ordered_json entry = {{"image", image}, {"best", options.labels[ranking.order[0]]}};
    for (std::size_t i = 0; i < options.labels.size(); ++i) {
      entry["probabilities"][options.labels[i]] = ranking.probabilities[i];
    }
    list.push_back(std::move(entry));
  }
  if (options.json) {
    print(json_text(list) + "\n");
  }
  return 0;
}

}  // namespace pincel
