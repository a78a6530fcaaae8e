// SPDX-License-Identifier: MIT
#include "commands/paint_resume.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "commands/used_files.h"
#include "core/checkpoint_pair.h"
#include "core/checkpoint_parts.h"
#include "core/error.h"
#include "core/sha256.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

// What may be asked of a painting that goes on; all else is as it was.
constexpr std::array kFreeOptions = {
    "resume", "quiet", "json", "preview_every", "memory", "checkpoint_every", "cuda_graph"};

// Those that have done their work: what they say is in the options of the picture.
constexpr std::array kSpentOptions = {"size",   "quality", "from", "output",
                                      "resume", "quiet",   "json"};

bool is_one_of(const auto& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// All options of a run but its spent ones, every file with its whole path.
std::string run_yaml(PaintRequest request) {
  change_files(request.picture,
               [](const std::string& path) { return fs::absolute(path).string(); });
  std::vector<Field> fields = paint_fields(request);
  std::erase_if(fields, [](const Field& field) { return is_one_of(kSpentOptions, field.name); });
  return to_yaml(fields);
}

// What the pictures are, and not with what machine they are painted.
std::string identity_of(std::vector<PaintRequest> requests) {
  std::string all;
  for (PaintRequest& request : requests) {
    request.run.device.clear();
    request.run.threads = 0;
    request.picture.precision = "auto";
    all += config_json(request) + "\n" + to_json(fields_of(request.run.out)) + "\n";
    for (const UsedFile& file : request.files) all += file.role + " " + file.sha256 + "\n";
  }
  return sha256(all);
}

const std::string& text_in(const Checkpoint& state, const std::string& key) {
  const auto found = state.metadata.find(key);
  require(found != state.metadata.end(), ExitCode::bad_data,
          "{}: no checkpoint of a painting: '{}' is missing", state.source, key);
  return found->second;
}

// The folder under outputs/ whose checkpoint is the newest.
fs::path last_folder() {
  fs::path last;
  fs::file_time_type newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("outputs", error)) {
    const CheckpointPair pair(entry.path());
    if (!pair.exists()) continue;
    const auto time = fs::last_write_time(entry.path(), error);
    if (!last.empty() && time <= newest) continue;
    last = entry.path();
    newest = time;
  }
  require(!last.empty(), ExitCode::missing_input,
          "--resume last: nothing under outputs/ was interrupted; name a folder");
  return last;
}

void expect_free(const std::vector<Field>& fields, const CommandLine& line) {
  for (const Field& field : fields) {
    require(!line.settings.has(field.name) || is_one_of(kFreeOptions, field.name), ExitCode::usage,
            "--resume goes on as it was begun; leave --{} away", field.name);
  }
  require(line.words.empty(), ExitCode::usage,
          "--resume goes on as it was begun; leave the prompt '{}' away",
          printable(line.words.empty() ? "" : line.words[0]));
}

// The config of a picture without what may differ from machine to machine.
nlohmann::json comparable(const std::string& config) {
  auto json = nlohmann::json::parse(config, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return json;
  for (const char* key : {"device", "threads", "precision"}) json.erase(key);
  if (json.contains("cutouts") && json["cutouts"].is_object()) json["cutouts"].erase("at_once");
  return json;
}

}  // namespace

OutputPlace place_of_request(const PaintRequest& request) {
  return request.place ? *request.place : output_place(request.run.output);
}

void put_requests(Checkpoint& state, const std::vector<PaintRequest>& requests,
                  const fs::path& picture) {
  const PaintRequest& first = requests.at(0);
  state.metadata["painting.config"] = run_yaml(first);
  state.metadata["painting.identity"] = identity_of(requests);
  state.metadata["painting.pictures"] = std::to_string(requests.size());
  // One in the folder goes where the folder goes.
  const bool is_elsewhere = !place_of_request(first).picture.empty();
  state.metadata["painting.picture"] = is_elsewhere ? fs::absolute(picture).string() : "";
  state.metadata["painting.threads"] = std::to_string(first.run.threads);
  state.metadata["painting.precision"] = first.picture.precision;
}

void take_requests(const Checkpoint& state, std::vector<PaintRequest>& requests) {
  const fs::path folder = fs::path(state.source).parent_path();
  require(text_in(state, "painting.identity") == identity_of(requests), ExitCode::cannot_create,
          "{}: holds another painting, step {}, that was interrupted; go on with it by --resume "
          "{}, or choose another --output",
          folder.string(), whole_number_in(state, "step"), folder.string());
  for (PaintRequest& request : requests) {
    request.run.threads = whole_number_in(state, "painting.threads");
    request.picture.precision = text_in(state, "painting.precision");
  }
}

PaintRequest resumed_request(const CommandLine& line) {
  PaintRequest request;
  line.settings.fill(paint_fields(request));
  expect_free(paint_fields(request), line);
  const fs::path folder =
      request.run.resume == "last" ? last_folder() : fs::path(request.run.resume);
  const auto found = CheckpointPair(folder).newest();
  require(found.has_value(), ExitCode::missing_input,
          "{}: holds no checkpoint; only a painting that was interrupted can be gone on with",
          folder.string());
  const Checkpoint& state = found->checkpoint;
  const std::string& count = text_in(state, "painting.pictures");
  require(count == "1", ExitCode::usage,
          "{}: is one of {} pictures that are painted together; run their batch again",
          folder.string(), count);
  request = {};
  Settings::from_yaml(text_in(state, "painting.config"), state.source)
      .overlay(line.settings)
      .fill(paint_fields(request));
  resolve_machine(request);
  resolve_files(request, line.settings, {});
  request.place = OutputPlace{folder, text_in(state, "painting.picture")};
  return request;
}

bool is_picture_of(const fs::path& path, const PaintRequest& request) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return false;
  try {
    const PictureMetadata found = read_picture_metadata(path);
    const auto same_file = [](const UsedFile& a, const UsedFile& b) {
      return a.role == b.role && a.sha256 == b.sha256;
    };
    return comparable(found.config) == comparable(config_json(request)) &&
           std::equal(found.files.begin(), found.files.end(), request.files.begin(),
                      request.files.end(), same_file);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace pincel
