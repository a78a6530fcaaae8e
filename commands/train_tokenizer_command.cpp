// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "prompts/code_points.h"
#include "prompts/tokenizer.h"
#include "prompts/train_merges.h"
#include "scenes/world.h"

namespace pincel {
namespace {

constexpr std::size_t kMostTokenizerText = std::size_t{1} << 30U;
constexpr int kSmallestScene = 16;  // only the caption counts

struct TokenizerTrainingOptions {
  std::vector<std::string> captions;
  std::int64_t scenes = 0;
  std::int64_t merges = 3000;
  std::int64_t seed = 1;
  std::string output = "merges.txt";

  template <class V>
  void fields(V&& visit) {
    visit("captions", captions, "text files with one caption per line");
    visit("scenes", scenes, "learn from the captions of this many drawn scenes", Range{0, 1e7});
    visit("merges", merges, "byte pairs to learn, at most", Range{1, 48894});
    visit("seed", seed, "which scenes are drawn", Range{0, 9e18});
    visit("output", output, "the merges file to write");
  }
};

void add_lines(std::vector<std::string>& captions, const std::string& path) {
  const std::string text = read_whole_file(path, kMostTokenizerText);
  require(decode_utf8(text).has_value(), ExitCode::bad_data,
          "{}: not valid UTF-8; expected text with one caption per line", path);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (end > start) captions.push_back(text.substr(start, end - start));
    start = end + 1;
  }
}

// Scenes' captions, and every name once, so that rare things are met in each language.
void add_scenes(std::vector<std::string>& captions, const TokenizerTrainingOptions& options) {
  const World world;
  for (int thing = 0; thing < static_cast<int>(world.things().size()); ++thing) {
    for (const Language language : {Language::en, Language::es, Language::pt}) {
      captions.push_back(world.name(thing, language));
    }
  }
  for (std::int64_t i = 0; i < options.scenes; ++i) {
    const auto seed = static_cast<std::uint64_t>(options.seed + i);
    captions.push_back(world.draw(seed, {.size = kSmallestScene}).caption);
  }
}

}  // namespace

int train_tokenizer_command(const std::vector<std::string>& arguments) {
  TokenizerTrainingOptions options;
  const CommandLine line = read_command_line(
      {.name = "train tokenizer",
       .words = "[FILE...]",
       .text =
           "Learns the byte pairs of a tokenizer from captions: of text files, of drawn scenes, "
           "or of both.",
       .example = "pincel train tokenizer --scenes 100000 --merges 3000 --output merges.txt"},
      arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  options.captions.insert(options.captions.end(), line.words.begin(), line.words.end());
  require(!options.captions.empty() || options.scenes > 0, ExitCode::usage,
          "train tokenizer: nothing to learn from; give caption files or --scenes N");
  std::vector<std::string> captions;
  for (const std::string& path : options.captions) add_lines(captions, path);
  if (options.scenes > 0) add_scenes(captions, options);

  const std::string merges = train_merges(captions, static_cast<std::size_t>(options.merges));
  const Tokenizer tokenizer = Tokenizer::from_merges(merges);
  std::size_t tokens = 0;
  std::size_t longest = 0;
  for (const std::string& caption : captions) {
    const std::size_t count = tokenizer.encode(caption).size();
    tokens += count;
    longest = std::max(longest, count);
  }
  write_file_atomically(options.output, merges);
  fmt::print(stderr,
             "{} captions; {} tokens in the vocabulary; {:.1f} tokens a caption, {} at most\n",
             captions.size(), tokenizer.vocab_size(),
             static_cast<double>(tokens) / static_cast<double>(captions.size()), longest);
  fmt::print("{}\n", options.output);
  return 0;
}

}  // namespace pincel
