// SPDX-License-Identifier: MIT
// pincel classify IMAGE... --labels a,b,c: which label does each picture show?
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/picture.h"
#include "core/tensor.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

constexpr std::string_view kHole = "{}";

struct ClassifyOptions {
  std::vector<std::string> labels;
  std::vector<std::string> templates = {"{}", "a picture of a {}"};
  std::string clip = "guide";
  std::int64_t top = 5;
  std::string device = "auto";
  std::int64_t threads = 0;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("labels", labels, "what the picture may show, with commas between");
    visit("templates", templates, "sentences around a label, {} stands for it; averaged");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("top", top, "labels shown for each picture", Range{1, 1e6});
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("json", json, "a JSON list of image, best and probabilities");
  }
};

constexpr CommandHelp kHelp{"classify", "IMAGE...",
                            "Says which of your labels each picture shows, without training "
                            "(zero-shot, as in CLIP's paper).",
                            "pincel classify photo.jpg --labels cat,dog,bird"};

// One unit row per label: the mean over all sentences about it. [N, D]
at::Tensor label_embeddings(const Clip& clip, const ClassifyOptions& options) {
  at::Tensor sum;
  for (const std::string& sentence : options.templates) {
    const auto hole = sentence.find(kHole);
    require(hole != std::string::npos, ExitCode::bad_value,
            "--templates '{}' has no {{}} where the label goes", sentence);
    std::vector<std::string> sentences;
    for (const std::string& label : options.labels) {
      sentences.push_back(std::string(sentence).replace(hole, kHole.size(), label));
    }
    const auto rows = clip.texts(sentences);
    sum = sum.defined() ? sum + rows : rows;
  }
  return sum / sum.norm(2, -1, true);
}

struct Answer {
  std::string image;
  std::vector<double> probabilities;  // one per label
  std::vector<std::size_t> order;     // labels, best first
};

Answer classify(const Clip& clip, const at::Tensor& labels, const std::string& image) {
  const auto seen = clip.picture(decode_picture(image));  // [1, D]
  const auto shares =
      seen.matmul(labels.t()).mul(clip.scale()).softmax(1).to(at::kCPU, at::kDouble).contiguous();
  const double* values = shares.const_data_ptr<double>();
  Answer answer{image, {values, values + shares.numel()}, {}};
  answer.order.resize(answer.probabilities.size());
  std::iota(answer.order.begin(), answer.order.end(), std::size_t{0});
  std::stable_sort(answer.order.begin(), answer.order.end(), [&](std::size_t a, std::size_t b) {
    return answer.probabilities[a] > answer.probabilities[b];
  });
  return answer;
}

void print_answer(const Answer& answer, const ClassifyOptions& options) {
  std::string text = answer.image + "\n";
  for (std::size_t i = 0; i < std::min(static_cast<std::size_t>(options.top), answer.order.size());
       ++i) {
    const std::size_t label = answer.order[i];
    text +=
        fmt::format("  {:5.1f} %  {}\n", 100 * answer.probabilities[label], options.labels[label]);
  }
  print(text);
}

}  // namespace

int classify_command(const std::vector<std::string>& arguments) {
  ClassifyOptions options;
  const CommandLine line = read_command_line(kHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty(), ExitCode::usage, "no picture to classify; as in '{}'",
          kHelp.example);
  require(!options.labels.empty(), ExitCode::usage, "--labels is missing; as in '{}'",
          kHelp.example);
  require(!options.templates.empty(), ExitCode::bad_value, "--templates is empty, expected '{{}}'");
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  const torch::NoGradGuard no_grad;
  const auto clip = Clip::load(find_model(options.clip, "clip"), pick_device(options.device));
  const at::Tensor labels = label_embeddings(clip, options);
  auto list = nlohmann::ordered_json::array();
  for (const std::string& image : line.words) {
    const Answer answer = classify(clip, labels, image);
    if (!options.json) {
      print_answer(answer, options);
      continue;
    }
    nlohmann::ordered_json entry = {{"image", image}, {"best", options.labels[answer.order[0]]}};
    for (std::size_t i = 0; i < options.labels.size(); ++i) {
      entry["probabilities"][options.labels[i]] = answer.probabilities[i];
    }
    list.push_back(std::move(entry));
  }
  if (options.json) {
    print(list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }
  return 0;
}

}  // namespace pincel
