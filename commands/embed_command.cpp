// SPDX-License-Identifier: MIT
// pincel embed --output e.npy (--text "..." | IMAGE...): unit embeddings, in the order given.
#include <fmt/core.h>
#include <torch/torch.h>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/npy.h"
#include "core/picture.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

struct EmbedOptions {
  std::string text;
  std::string clip = "guide";
  std::string output;
  MachineOptions machine;

  template <class V>
  void fields(V&& visit) {
    visit("text", text, "words to embed, several with | between, instead of pictures");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("output", output, "the .npy file to write: float32, a row each");
    machine.fields(visit);
  }
};

constexpr CommandHelp kEmbedHelp{
    "embed", "[IMAGE...]",
    "Writes CLIP's unit embeddings of pictures, or of words, as a NumPy file.",
    "pincel embed *.jpg --clip guide --output pictures.npy"};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char letter : text) {
    if (letter == '|') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

}  // namespace

int embed_command(const std::vector<std::string>& arguments) {
  EmbedOptions options;
  const CommandLine line = read_command_line(kEmbedHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.empty() != options.text.empty(), ExitCode::usage,
          "give pictures or --text, one of them; as in '{}'", kEmbedHelp.example);
  require(!options.output.empty(), ExitCode::usage, "--output is missing; as in '{}'",
          kEmbedHelp.example);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  at::Tensor rows;
  if (line.words.empty()) {
    rows = clip.texts(split(options.text));
  } else {
    std::vector<at::Tensor> pictures;
    for (const std::string& path : line.words)
      pictures.push_back(clip.picture(decode_picture(path)));
    rows = torch::cat(pictures);
  }
  write_npy(options.output, rows.to(at::kFloat));
  print(options.output + "\n");
  return 0;
}

}  // namespace pincel
