// SPDX-License-Identifier: MIT
#include "commands/captioned_files.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "core/atomic_file.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCaptionBytes = std::size_t{1} << 30;
constexpr std::string_view kImageNames[] = {"image", "filepath", "filename", "file_name", "path"};
constexpr std::string_view kCaptionNames[] = {"caption", "title", "text"};

std::string without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

fs::path caption_beside(const fs::path& picture) {
  return fs::path(picture).replace_extension(".txt");
}

std::vector<std::string> caption_lines(const fs::path& path) {
  const std::string text = read_whole_file(path, kMostCaptionBytes);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = without_blanks(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (line.empty()) continue;
    require(is_utf8(line), ExitCode::bad_data, "{}: is not UTF-8 text", path.string());
    lines.push_back(line);
  }
  require(!lines.empty(), ExitCode::bad_data, "{}: is empty: write what the picture shows",
          path.string());
  return lines;
}

// Captions of one file, gathered by picture in the order in which pictures come first.
class CaptionGatherer {
 public:
  explicit CaptionGatherer(const fs::path& file) : file_(file) {}

  void add(std::size_t line, const std::string& image, const std::string& caption) {
    require(!image.empty(), ExitCode::bad_data, "{}: line {} names no picture", file_.string(),
            line);
    const std::string text = without_blanks(caption);
    require(!text.empty() && is_utf8(text), ExitCode::bad_data,
            "{}: line {} has no caption, or one that is not UTF-8", file_.string(), line);
    const auto [known, is_new] = places_.emplace(image, found_.pictures.size());
    if (is_new) {
      const fs::path picture = file_.parent_path() / image;
      std::error_code ignored;
      require(fs::exists(picture, ignored), ExitCode::missing_input,
              "{}: line {}: no such picture: {}", file_.string(), line, picture.string());
      found_.pictures.push_back(picture);
      found_.captions.emplace_back();
    }
    found_.captions[known->second].push_back(text);
  }
  CaptionedFiles found() && { return std::move(found_); }

 private:
  fs::path file_;
  CaptionedFiles found_;
  std::map<std::string, std::size_t> places_;
};

std::size_t column_named(const std::vector<std::string>& heading,
                         std::span<const std::string_view> names, const fs::path& path) {
  for (const std::string_view name : names) {
    const auto found = std::find_if(heading.begin(), heading.end(),
                                    [&](const auto& one) { return without_blanks(one) == name; });
    if (found != heading.end()) return static_cast<std::size_t>(found - heading.begin());
  }
  fail(ExitCode::bad_data, "{}: its first line has no column '{}': write image,caption there",
       path.string(), names.front());
}

CaptionedFiles captioned_table(const fs::path& path, char separator) {
  std::string text = read_whole_file(path, kMostCaptionBytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto rows = parse_csv(text, path.string(), separator);
  require(!rows.empty(), ExitCode::bad_data, "{}: is empty, expected image,caption", path.string());
  const std::size_t image = column_named(rows[0], kImageNames, path);
  const std::size_t caption = column_named(rows[0], kCaptionNames, path);
  CaptionGatherer gatherer(path);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    require(rows[i].size() > std::max(image, caption), ExitCode::bad_data,
            "{}: row {} has {} fields, expected {}", path.string(), i + 1, rows[i].size(),
            rows[0].size());
    gatherer.add(i + 1, without_blanks(rows[i][image]), rows[i][caption]);
  }
  return std::move(gatherer).found();
}

// The text of the first of the names that the object has.
std::optional<std::string> text_named(const nlohmann::json& object,
                                      std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return std::nullopt;
}

CaptionedFiles captioned_objects(const fs::path& path) {
  const std::string text = read_whole_file(path, kMostCaptionBytes);
  CaptionGatherer gatherer(path);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = without_blanks(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto object = nlohmann::json::parse(line, nullptr, false);
    require(object.is_object(), ExitCode::bad_data, "{}: line {} is no JSON object", path.string(),
            number);
    const auto image = text_named(object, kImageNames);
    const auto caption = text_named(object, kCaptionNames);
    const auto several = object.find("captions");
    require(image && (caption || (several != object.end() && several->is_array())),
            ExitCode::bad_data, "{}: line {} has no \"image\" and \"caption\" or \"captions\"",
            path.string(), number);
    if (caption) gatherer.add(number, *image, *caption);
    if (several == object.end() || !several->is_array()) continue;
    for (const auto& one : *several) {
      gatherer.add(number, *image, one.is_string() ? one.get<std::string>() : "");
    }
  }
  return std::move(gatherer).found();
}

CaptionedFiles captioned_folder(const fs::path& path) {
  PictureFiles files = list_pictures({path.string()});
  CaptionedFiles found{std::move(files.pictures), {}, std::move(files.unreadable)};
  for (const fs::path& picture : found.pictures) {
    const fs::path text = caption_beside(picture);
    require(fs::is_regular_file(text), ExitCode::missing_input,
            "{}: has no caption: write it into {}", picture.string(), text.string());
    found.captions.push_back(caption_lines(text));
  }
  return found;
}

bool is_caption_file(const fs::path& path) {
  const fs::path end = path.extension();
  return end == ".csv" || end == ".tsv" || end == ".jsonl";
}

}  // namespace

bool is_captioned(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return is_caption_file(path);
  const fs::recursive_directory_iterator entries(
      path, fs::directory_options::skip_permission_denied, ignored);
  return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
    std::error_code none;
    return has_picture_name(entry.path()) &&
           fs::is_regular_file(caption_beside(entry.path()), none);
  });
}

CaptionedFiles list_captioned(const fs::path& path) {
  std::error_code ignored;
  require(fs::exists(path, ignored), ExitCode::missing_input,
          "{}: no such folder or file of captioned pictures", path.string());
  const fs::path end = path.extension();
  CaptionedFiles found;
  if (fs::is_directory(path, ignored)) {
    found = captioned_folder(path);
  } else if (is_caption_file(path)) {
    found = end == ".jsonl" ? captioned_objects(path)
                            : captioned_table(path, end == ".csv" ? ',' : '\t');
  } else {
    fail(ExitCode::bad_data, "{}: expected a folder, a .csv, a .tsv or a .jsonl", path.string());
  }
  require(!found.pictures.empty(), ExitCode::missing_input, "{}: holds no captioned picture",
          path.string());
  return found;
}

}  // namespace pincel
