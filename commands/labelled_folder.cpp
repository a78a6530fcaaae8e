// SPDX-License-Identifier: MIT
#include "commands/labelled_folder.h"

#include <algorithm>
#include <map>

#include "commands/prompt_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> class_names(const std::string& file) {
  std::map<std::string, std::string> names;
  if (file.empty()) return names;
  for (const std::string& line : read_prompts(file)) {
    const auto sign = line.find('=');
    require(sign != std::string::npos && sign > 0 && sign + 1 < line.size(), ExitCode::bad_data,
            "{}: '{}' is not FOLDER=NAME", file, printable(line));
    names[line.substr(0, sign)] = line.substr(sign + 1);
  }
  return names;
}

std::vector<fs::path> class_folders(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> folders;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) folders.push_back(entry->path());
  }
  require(!failure, ExitCode::missing_input, "{}: cannot be listed: {}", folder.string(),
          failure.message());
  std::sort(folders.begin(), folders.end(),
            [](const auto& a, const auto& b) { return a.native() < b.native(); });
  return folders;
}

}  // namespace

LabelledFolder list_labelled(const fs::path& folder, const std::string& names) {
  auto known = class_names(names);
  LabelledFolder found;
  for (const fs::path& one : class_folders(folder)) {
    PictureFiles files = list_pictures({one.string()});
    std::move(files.unreadable.begin(), files.unreadable.end(),
              std::back_inserter(found.unreadable));
    if (files.pictures.empty()) continue;
    std::string label = one.filename().string();
    if (const auto name = known.find(label); name != known.end()) {
      label = name->second;
      known.erase(name);
    } else {
      std::replace(label.begin(), label.end(), '_', ' ');
    }
    found.classes.resize(found.classes.size() + files.pictures.size(),
                         static_cast<std::int64_t>(found.labels.size()));
    found.labels.push_back(label);
    found.pictures.insert(found.pictures.end(), files.pictures.begin(), files.pictures.end());
  }
  require(found.labels.size() >= 2, ExitCode::missing_input,
          "{}: {} of its folders hold pictures, expected two or more, one for each class",
          folder.string(), found.labels.size());
  require(known.empty(), ExitCode::bad_data, "{}: '{}' is no folder with pictures in {}", names,
          known.empty() ? "" : printable(known.begin()->first), folder.string());
  return found;
}

}  // namespace pincel
