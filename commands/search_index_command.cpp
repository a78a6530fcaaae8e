// SPDX-License-Identifier: MIT
// pincel search index FOLDER: embeds the pictures below a folder, so that they can be searched.
#include <fmt/core.h>
#include <torch/torch.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/index_model.h"
#include "commands/machine_options.h"
#include "commands/output.h"
#include "commands/signals.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/progress.h"
#include "guidance/clip.h"
#include "guidance/faiss_index.h"
#include "guidance/index_update.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

struct SearchIndexOptions {
  std::string index;
  std::string clip;
  bool rebuild = false;
  bool all = false;
  bool verify = false;
  bool faiss = false;
  std::int64_t batch = 32;
  std::int64_t readers = 0;
  MachineOptions machine;
  bool quiet = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("index", index, "folder that keeps the index, in .pincel; empty: FOLDER itself");
    visit("clip", clip, "name, file or folder of a CLIP; empty: the one of the index, or guide");
    visit("rebuild", rebuild, "forget the index there is, as a change of model needs it");
    visit("all", all, "read every file again, also where size and time are as they were");
    visit("verify", verify,
          "check every record and row of the index that is there; read no folder");
    visit("faiss", faiss, "also make FAISS's approximate index, for a million pictures and more");
    visit("batch", batch, "pictures embedded and recorded at once", Range{1, 4096});
    visit("readers", readers, "threads that read pictures; 0: one a core", Range{0, 256});
    machine.fields(visit);
    visit("quiet", quiet, "say nothing but the sum");
    visit("json", json, "the sum as JSON, with every broken file");
  }
};

constexpr CommandHelp kSearchIndexHelp{
    "search index", "FOLDER",
    "Looks at all pictures below a folder and keeps what CLIP makes of them, for 'pincel search'. "
    "Only "
    "what is new is read again; files are known by their content, whatever they are called.",
    "pincel search index photos"};

std::string sum_text(const IndexUpdate& update, std::int64_t pictures) {
  std::string text =
      fmt::format("{} files: {} new, {} as before, {} moved, {} copies, {} broken, {} no pictures",
                  update.files, update.added, update.unchanged, update.moved, update.copies,
                  update.broken.size(), update.others);
  if (update.left > 0) text += fmt::format(", {} left to look at", update.left);
  text += fmt::format("; {} gone\n{} pictures in the index\n", update.dropped, pictures);
  return text;
}

std::string sum_json(const IndexUpdate& update, std::int64_t pictures) {
  auto broken = nlohmann::ordered_json::array();
  for (const UnreadableFile& file : update.broken) {
    broken.push_back({{"file", file.path.string()}, {"why", file.why}});
  }
  return json_text(nlohmann::ordered_json{{"files", update.files},
                                          {"new", update.added},
                                          {"as_before", update.unchanged},
                                          {"moved", update.moved},
                                          {"copies", update.copies},
                                          {"broken", std::move(broken)},
                                          {"no_pictures", update.others},
                                          {"left", update.left},
                                          {"gone", update.dropped},
                                          {"pictures", pictures}}) +
         "\n";
}

ExitCode fill_index(const IndexPlace& place, const std::string& folder,
                    const SearchIndexOptions& options) {
  const auto device = use_machine(options.machine);
  const NamedClip clip = clip_for_index(place, options.clip, options.rebuild, device);
  PictureIndexWriter writer(place, {.model = clip.model, .is_rebuilt = options.rebuild});
  const Signals signals;
  const bool is_silent = options.quiet || options.json;
  std::unique_ptr<Progress> bar;
  const auto tell_progress = [&](std::size_t done, std::size_t all) {
    const auto step = static_cast<std::int64_t>(done);
    if (bar != nullptr) return bar->update(step);
    ProgressOptions how;
    how.label = "looking at pictures";
    how.total = static_cast<std::int64_t>(all);
    if (is_silent) how.style = ProgressStyle::silent;
    bar = std::make_unique<Progress>(how);
    bar->begin_at(step);
  };
  const IndexUpdate update = update_index(writer, *clip.clip, folder,
                                          {.batch = options.batch,
                                           .threads = options.readers,
                                           .reads_all = options.all,
                                           .tell = tell_progress,
                                           .stops = [&] { return signals.caught() != 0; }});
  bar.reset();
  const std::int64_t pictures = writer.records().pictures();
  if (!is_silent) {
    for (const UnreadableFile& file : update.broken) tell("broken: " + display_text(file.why));
  }
  print(options.json ? sum_json(update, pictures) : sum_text(update, pictures));
  if (update.left == 0) return ExitCode::ok;
  tell("stopped; the same command goes on from here");
  return signals.exit_code();
}

}  // namespace

int search_index_command(const std::vector<std::string>& arguments) {
  SearchIndexOptions options;
  const CommandLine line = read_command_line(kSearchIndexHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1, ExitCode::usage, "{} folders, expected one; as in '{}'",
          line.words.size(), kSearchIndexHelp.example);
  const torch::NoGradGuard no_grad;
  const IndexPlace place{options.index.empty() ? line.words[0] : options.index};
  if (options.verify) {
    const PictureIndex index(place);
    index.expect_sound();
    print(fmt::format("{}: {} pictures, all sound\n", place.folder.string(), index.pictures()));
    return 0;
  }
  require(
      !options.faiss || has_faiss(), ExitCode::device,
      "--faiss: this program was built without FAISS; install libfaiss-dev and build it again, or "
      "search exactly, which takes 0.1 s for a million pictures");
  const ExitCode code = fill_index(place, line.words[0], options);
  if (options.faiss && code == ExitCode::ok) FaissIndex::make(PictureIndex(place));
  return static_cast<int>(code);
}

}  // namespace pincel
