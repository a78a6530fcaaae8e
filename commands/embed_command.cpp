// SPDX-License-Identifier: MIT
// pincel embed --output e.npy (--text "..." | --texts FILE | IMAGE|FOLDER...): unit embeddings, in
// the order given.
#include <fmt/core.h>
#include <torch/torch.h>

#include <fstream>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/embedding_file.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/reading_options.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/utf8.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

constexpr std::size_t kTextsInBatch = 256;

struct EmbedOptions {
  std::string text;
  std::string texts;
  std::string clip = "guide";
  std::string output;
  std::string list;
  MachineOptions machine;
  ReadingOptions reading;

  template <class V>
  void fields(V&& visit) {
    visit("text", text, "words to embed, several with | between, instead of pictures");
    visit("texts", texts, "text file to embed, a row for each line, instead of pictures");
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("output", output, "what to write: .npy, .safetensors or .jsonl; float32, a row each");
    visit("list", list,
          "write a .jsonl with the row of each input, or why it has none, to this file");
    machine.fields(visit);
    reading.fields(visit);
  }
};

constexpr CommandHelp kEmbedHelp{
    "embed", "[IMAGE|FOLDER...]",
    "Writes CLIP's unit embeddings of pictures, or of words, for NumPy, safetensors or as JSON "
    "lines. Pictures are read on other threads than the model's; memory does not grow with their "
    "number.",
    "pincel embed photos --clip guide --output pictures.npy"};

std::vector<std::string> split_texts(const std::string& text) {
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

// The rows of all inputs, and where --list asks for it, an account of them.
class EmbeddingOutput {
 public:
  EmbeddingOutput(const EmbedOptions& options, const Clip& clip, const std::string& what)
      : what_(what),
        rows_(make_embedding_file(options.output, {clip.dimension(), what, clip.fingerprint()})) {
    if (!options.list.empty()) list_ = std::make_unique<AtomicFile>(options.list);
  }

  void add(const at::Tensor& rows, const std::vector<std::string>& names) {
    rows_->add(rows, names);
    for (const std::string& name : names) {
      note({{what_, name}, {"row", count_}});
      ++count_;
    }
  }
  void add_unread(const std::string& name, const std::string& why) {
    rows_->add_unread(name, why);
    note({{what_, name}, {"error", why}});
  }
  void finish() {
    rows_->finish();
    if (list_) list_->commit();
  }

 private:
  void note(const nlohmann::ordered_json& line) {
    if (list_) list_->write(json_text(line) + "\n");
  }

  std::string what_;
  std::unique_ptr<EmbeddingFile> rows_;
  std::unique_ptr<AtomicFile> list_;
  std::int64_t count_ = 0;
};

void finish_output(const EmbedOptions& options, EmbeddingOutput& output) {
  output.finish();
  print(options.output + "\n");
}

void embed_text_file(const EmbedOptions& options, const Clip& clip, EmbeddingOutput& output) {
  const InputFile whole(options.texts);  // an Error for a folder or a pipe
  std::ifstream file(options.texts);
  std::vector<std::string> batch;
  const auto flush = [&] {
    if (!batch.empty()) output.add(clip.texts(batch), batch);
    batch.clear();
  };
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    require(is_utf8(line), ExitCode::bad_data, "{}: line {} is not UTF-8 text", options.texts,
            number);
    batch.push_back(line);
    if (batch.size() == kTextsInBatch) flush();
  }
  require(number > 0, ExitCode::bad_data, "{}: is empty, expected a text a line", options.texts);
  flush();
}

int embed_words(const EmbedOptions& options, const Clip& clip) {
  EmbeddingOutput output(options, clip, "text");
  if (options.text.empty()) {
    embed_text_file(options, clip, output);
  } else {
    const auto texts = split_texts(options.text);
    output.add(clip.texts(texts), texts);
  }
  finish_output(options, output);
  return 0;
}

int embed_files(const EmbedOptions& options, const Clip& clip,
                const std::vector<std::string>& words) {
  const PictureFiles found = found_pictures(words);
  const auto& paths = found.pictures;
  EmbeddingOutput output(options, clip, "image");
  for (const UnreadableFile& one : found.unreadable) output.add_unread(one.path.string(), one.why);
  EmbeddedCount count =
      embed_pictures(clip, paths, options.reading, [&](const EmbeddedPictures& seen) {
        for (const auto& one : seen.unread) output.add_unread(paths[one.place].string(), one.why);
        std::vector<std::string> names;
        for (const std::size_t place : seen.places) names.push_back(paths[place].string());
        if (!names.empty()) output.add(seen.rows, names);
      });
  count.unread += found.unreadable.size();
  if (count.embedded > 0) finish_output(options, output);
  if (count.unread == 0) return 0;
  if (paths.size() > 1) {
    tell(fmt::format("{} pictures are embedded, {} could not be read", count.embedded,
                     count.unread));
  }
  return static_cast<int>(ExitCode::bad_data);
}

}  // namespace

int embed_command(const std::vector<std::string>& arguments) {
  EmbedOptions options;
  const CommandLine line = read_command_line(kEmbedHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  const int kinds = (line.words.empty() ? 0 : 1) + (options.text.empty() ? 0 : 1) +
                    (options.texts.empty() ? 0 : 1);
  require(kinds == 1, ExitCode::usage, "give pictures, --text or --texts, one of them; as in '{}'",
          kEmbedHelp.example);
  require(!options.output.empty(), ExitCode::usage, "--output is missing; as in '{}'",
          kEmbedHelp.example);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  return line.words.empty() ? embed_words(options, clip) : embed_files(options, clip, line.words);
}

}  // namespace pincel
