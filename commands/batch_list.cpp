// SPDX-License-Identifier: MIT
#include "commands/batch_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostListBytes = 16 << 20;  // of a YAML list, which is read as a whole
constexpr std::size_t kMostLineBytes = 1 << 20;
constexpr ListShape kListShape{.items = "items", .plain = "prompts", .also = "prompt"};

std::string list_key(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name == kListShape.also ? std::string(kListShape.plain) : name;
}

// The lines of a list, one in memory at a time.
class ListLines {
 public:
  explicit ListLines(const fs::path& file) : name_(file.string()) {
    std::error_code error;
    require(fs::exists(file, error), ExitCode::missing_input, "{}: no such file", name_);
    require(fs::is_regular_file(file, error), ExitCode::missing_input,
            "{}: not a file, expected a list of prompts", name_);
    in_.open(file, std::ios::binary);
    require(in_.is_open(), ExitCode::permission, "{}: cannot be read", name_);
  }

  bool next(std::string& line) {
    if (!std::getline(in_, line)) {
      require(!in_.bad(), ExitCode::io, "{}: reading fails after line {}", name_, number_);
      return false;
    }
    ++number_;
    require(line.size() <= kMostLineBytes, ExitCode::bad_data,
            "{}: {} bytes in a line, expected at most {}", place(), line.size(), kMostLineBytes);
    if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    require(is_utf8(line), ExitCode::bad_data, "{}: not UTF-8 text; save the file as UTF-8",
            place());
    if (line.ends_with('\r')) line.pop_back();
    return true;
  }
  // The next that says something.
  bool next_filled(std::string& line) {
    while (next(line)) {
      const std::size_t begin = line.find_first_not_of(" \t");
      if (begin != std::string::npos && line[begin] != '#') return true;
    }
    return false;
  }

  std::size_t number() const { return number_; }
  const std::string& name() const { return name_; }
  std::string place() const { return fmt::format("{}:{}", name_, number_); }

 private:
  std::string name_;
  std::ifstream in_;
  std::size_t number_ = 0;
};

void read_text_list(const fs::path& file, const std::function<void(ListItem)>& take) {
  ListLines lines(file);
  for (std::string line; lines.next_filled(line);) {
    line.erase(line.find_last_not_of(" \t") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    ListItem item{lines.place(), {}};
    item.settings.set(kListShape.plain, line, item.place);
    take(std::move(item));
  }
}

// One row of a CSV file, which may go on over several lines.
class CsvRows {
 public:
  explicit CsvRows(ListLines& lines) : lines_(lines) {}

  bool next(std::vector<std::string>& cells) {
    std::string line;
    if (!lines_.next_filled(line)) return false;
    if (separator_ == '\0') separator_ = separator_of(line);
    cells.assign(1, "");
    place_ = lines_.place();
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == separator_) {
        cells.emplace_back();
      } else if (line[i] == '"' && cells.back().find_first_not_of(' ') == std::string::npos) {
        cells.back().clear();
        read_quoted(line, i, cells.back());
      } else {
        cells.back() += line[i];
      }
    }
    for (std::string& cell : cells) {
      cell.erase(cell.find_last_not_of(" \t") + 1);
      cell.erase(0, std::min(cell.find_first_not_of(" \t"), cell.size()));
    }
    return true;
  }
  const std::string& place() const { return place_; }  // of the row's first line

 private:
  static char separator_of(const std::string& head) {
    for (const char c : {',', ';', '\t'}) {
      if (head.find(c) != std::string::npos) return c;
    }
    return ',';
  }
  // From the quote at `i` to the one that ends it, also in a later line.
  void read_quoted(std::string& line, std::size_t& i, std::string& cell) {
    while (true) {
      if (++i < line.size()) {
        if (line[i] != '"') {
          cell += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          cell += line[i++];
        } else {
          return;
        }
        continue;
      }
      require(lines_.next(line) && cell.size() <= kMostLineBytes, ExitCode::bad_data,
              "{}: a quote that is never closed", place_);
      cell += '\n';
      i = static_cast<std::size_t>(-1);
    }
  }

  ListLines& lines_;
  std::string place_;
  char separator_ = '\0';
};

// The first row: names of settings.
std::vector<std::string> read_columns(CsvRows& rows, const ListLines& lines,
                                      const std::vector<Field>& fields) {
  std::vector<std::string> columns;
  require(rows.next(columns), ExitCode::bad_data,
          "{}: empty; expected the settings' names in the first line, as in 'prompt,seed'",
          lines.name());
  std::vector<std::string> names{std::string(kListShape.also)};
  for (const Field& field : fields) names.push_back(field.name);
  std::set<std::string> seen;
  for (std::string& column : columns) {
    const std::string key = list_key(column);
    if (std::find(names.begin(), names.end(), key) == names.end()) {
      const std::string near = nearest_name(key, names);
      fail(ExitCode::config, "{}: the column '{}' is no setting{}; the first line names them",
           rows.place(), printable(column),
           near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
    }
    require(seen.insert(key).second, ExitCode::config, "{}: two columns '{}'", rows.place(), key);
    column = key;
  }
  return columns;
}

void read_csv_list(const fs::path& file, const std::vector<Field>& fields,
                   const std::function<void(ListItem)>& take) {
  ListLines lines(file);
  CsvRows rows(lines);
  const std::vector<std::string> columns = read_columns(rows, lines, fields);
  for (std::vector<std::string> cells; rows.next(cells);) {
    require(cells.size() <= columns.size(), ExitCode::bad_data,
            "{}: {} cells, expected at most {}; is a text with a comma not in quotes?",
            rows.place(), cells.size(), columns.size());
    ListItem item{rows.place(), {}};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      item.settings.set(columns[i], cells[i], fmt::format("{}: {}", item.place, columns[i]));
    }
    take(std::move(item));
  }
}

// Refuses what JSON would let pass: a name that is given twice in one object.
class RepeatedKeys {
 public:
  explicit RepeatedKeys(std::string place) : place_(std::move(place)) {}

  bool operator()(int /*depth*/, nlohmann::json::parse_event_t event,
                  nlohmann::ordered_json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) seen_.emplace_back();
    if (event == Event::object_end) seen_.pop_back();
    if (event == Event::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      require(seen_.back().insert(list_key(name)).second, ExitCode::config,
              "{}: '{}' is given twice", place_, printable(name));
    }
    return true;
  }

 private:
  std::string place_;
  std::vector<std::set<std::string>> seen_;
};

ListItem json_item(const std::string& line, const ListLines& lines) {
  using Json = nlohmann::ordered_json;
  ListItem item{lines.place(), {}};
  Json read;
  try {
    read = Json::parse(line, RepeatedKeys(item.place));
  } catch (const Json::parse_error& error) {
    fail(ExitCode::config, "{}: not JSON (at character {}); expected an object or a text a line",
         item.place, error.byte);
  }
  if (read.is_string()) read = Json{{kListShape.plain, read}};
  require(read.is_object(), ExitCode::config, "{}: expected an object such as {}", item.place,
          R"({"prompt": "a red apple", "seed": 7})");
  Json named = Json::object();
  for (auto& [name, value] : read.items()) {
    if (!value.is_null()) named[list_key(name)] = std::move(value);
  }
  item.settings = settings_on_line(json_text(named), lines.name(), lines.number());
  return item;
}

void read_json_list(const fs::path& file, const std::function<void(ListItem)>& take) {
  ListLines lines(file);
  for (std::string line; lines.next_filled(line);) take(json_item(line, lines));
}

}  // namespace

void read_batch_list(const fs::path& file, const std::vector<Field>& fields,
                     const std::function<void(ListItem)>& take) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".csv" || ending == ".tsv") return read_csv_list(file, fields, take);
  if (ending == ".jsonl" || ending == ".ndjson") return read_json_list(file, take);
  if (ending != ".yaml" && ending != ".yml") return read_text_list(file, take);
  read_settings_list(read_whole_file(file, kMostListBytes), file.string(), kListShape, take);
}

}  // namespace pincel
