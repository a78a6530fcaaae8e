// SPDX-License-Identifier: MIT
// pincel vector A B --output v.safetensors: the direction from the pictures of B to those of A.
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/picture.h"
#include "guidance/clip.h"
#include "prompts/concept_vector.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

struct VectorOptions {
  std::vector<std::string> clips{"guide"};
  std::string output;
  MachineOptions machine;

  template <class V>
  void fields(V&& visit) {
    visit("clip", clips, "CLIPs that it is learnt for, separated by commas");
    visit("output", output, "the .safetensors file to write");
    machine.fields(visit);
  }
};

constexpr CommandHelp kVectorHelp{
    "vector", "WITH WITHOUT",
    "Learns a direction from two folders of pictures, those that have something and those that "
    "have it not, for 'paint --vector-prompts'.",
    "pincel vector watercolors photos --output watercolor.safetensors"};

std::vector<fs::path> pictures_in(const std::string& folder) {
  std::error_code ignored;
  require(fs::is_directory(folder, ignored), ExitCode::missing_input,
          "'{}' is no folder; as in '{}'", folder, kVectorHelp.example);
  std::vector<fs::path> pictures;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string ending = entry.path().extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    const bool is_picture =
        ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".webp";
    if (is_picture) pictures.push_back(entry.path());
  }
  require(!pictures.empty(), ExitCode::missing_input,
          "'{}' holds no picture; expected .png, .jpg, .jpeg or .webp files", folder);
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

// [N, D]
at::Tensor embeddings(const Clip& clip, const std::vector<fs::path>& pictures) {
  std::vector<at::Tensor> rows;
  for (const fs::path& path : pictures) rows.push_back(clip.picture(decode_picture(path)));
  return torch::cat(rows);
}

// Share of pictures on their own side of the middle between the two means.
double told_apart(const at::Tensor& with, const at::Tensor& without, const at::Tensor& direction) {
  const auto a = with.matmul(direction.t());
  const auto b = without.matmul(direction.t());
  const auto middle = (a.mean() + b.mean()) / 2;
  const auto right = (a > middle).sum() + (b < middle).sum();
  return right.item<double>() / static_cast<double>(a.size(0) + b.size(0));
}

}  // namespace

int vector_command(const std::vector<std::string>& arguments) {
  VectorOptions options;
  const CommandLine line = read_command_line(kVectorHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 2, ExitCode::usage, "{} folders given, expected two; as in '{}'",
          line.words.size(), kVectorHelp.example);
  require(!options.output.empty(), ExitCode::usage, "--output is missing; as in '{}'",
          kVectorHelp.example);
  const auto with = pictures_in(line.words[0]);
  const auto without = pictures_in(line.words[1]);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  ConceptVector vector;
  for (const std::string& text : options.clips) {
    const auto clip = Clip::load(find_model(text, "clip"), device);
    const auto a = embeddings(clip, with);
    const auto b = embeddings(clip, without);
    const auto direction = mean_difference(a, b);
    vector.directions[clip.fingerprint()] = {direction, fs::path(text).filename().string()};
    tell(fmt::format("{}: {} and {} pictures, {:.0f} % on their own side of the middle", text,
                     with.size(), without.size(), 100 * told_apart(a, b, direction)));
  }
  write_checkpoint(options.output, to_checkpoint(vector));
  print(options.output + "\n");
  return 0;
}

}  // namespace pincel
