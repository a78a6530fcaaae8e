// SPDX-License-Identifier: MIT
#include "commands/foreign_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "commands/paint_options.h"
#include "commands/pixray_keys.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

std::vector<std::string> texts_between_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    std::string part = text.substr(begin, comma - begin);
    part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) parts.push_back(part);
    begin = comma + 1;
  }
  return parts;
}

// Fit for a comment of one line.
std::string comment_text(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

}  // namespace

ForeignSettings::ForeignSettings(std::span<const ForeignKey> keys, const Settings& given) {
  for (const ForeignKey& key : keys)
    values_.push_back({.key = key, .is_given = given.has(key.name)});
  std::vector<std::string> lists;  // of the keys that may be both, those that are
  for (;;) {
    std::vector<Field> fields;
    for (Value& value : values_) {
      const bool is_list = std::find(lists.begin(), lists.end(), value.key.name) != lists.end();
      fields.push_back(field_of(value, is_list));
    }
    try {
      given.fill(fields);
      break;
    } catch (const Error& error) {
      // Only the error says whether it is a list.
      const std::string message = error.what();
      const auto found = std::find_if(values_.begin(), values_.end(), [&](const Value& value) {
        return value.key.kind == ForeignKey::Kind::list && value.is_given &&
               message.find(fmt::format(": {} is a list of", value.key.name)) != message.npos &&
               std::find(lists.begin(), lists.end(), value.key.name) == lists.end();
      });
      if (found == values_.end()) throw;
      lists.emplace_back(found->key.name);
    }
  }
  for (Value& value : values_) {
    if (value.list.empty()) value.list = texts_between_commas(value.text);
    if (value.text == "None") value.is_given = false;
  }
}

Field ForeignSettings::field_of(Value& value, bool is_list) {
  Field field{std::string(value.key.name), &value.text, "", {}, {}};
  switch (value.key.kind) {
    case ForeignKey::Kind::number:
      field.target = &value.number;
      break;
    case ForeignKey::Kind::whole:
      field.target = &value.whole;
      break;
    case ForeignKey::Kind::flag:
      field.one_of = {"true", "false", "True", "False"};
      break;
    case ForeignKey::Kind::list:
      if (is_list) field.target = &value.list;
      break;
    case ForeignKey::Kind::text:
      break;
  }
  return field;
}

const ForeignSettings::Value& ForeignSettings::value_of(std::string_view name) const {
  for (const Value& value : values_) {
    if (value.key.name == name) return value;
  }
  fail(ExitCode::internal, "'{}' is no setting that is imported", name);
}

bool ForeignSettings::has(std::string_view name) const { return value_of(name).is_given; }

const std::string& ForeignSettings::text(std::string_view name) const {
  return value_of(name).text;
}

double ForeignSettings::number(std::string_view name) const { return value_of(name).number; }

std::int64_t ForeignSettings::whole(std::string_view name) const { return value_of(name).whole; }

bool ForeignSettings::flag(std::string_view name) const {
  const std::string& text = value_of(name).text;
  return text == "true" || text == "True";
}

const std::vector<std::string>& ForeignSettings::list(std::string_view name) const {
  return value_of(name).list;
}

std::vector<ForeignKey> ForeignSettings::without_counterpart() const {
  std::vector<ForeignKey> found;
  for (const Value& value : values_) {
    if (value.is_given && !value.key.why.empty()) found.push_back(value.key);
  }
  return found;
}

void Imported::set(std::string_view key, std::string_view text, std::string_view from) {
  lines.push_back({std::string(key), nlohmann::json(text).dump(), std::string(from)});
}

void Imported::set(std::string_view key, double number, std::string_view from) {
  lines.push_back({std::string(key), written_number(number), std::string(from)});
}

void Imported::set(std::string_view key, const std::vector<std::string>& texts,
                   std::string_view from) {
  std::string items;
  for (const std::string& text : texts) {
    items += items.empty() ? "" : ", ";
    items += nlohmann::json(text).dump();
  }
  lines.push_back({std::string(key), "[" + items + "]", std::string(from)});
}

void Imported::leave(std::string_view name, std::string_view why) {
  without.push_back(fmt::format("{}: {}", name, why));
}

double foreign_number(std::string_view text, std::string_view setting) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(), ExitCode::bad_value,
          "{} holds '{}', expected a number", setting, printable(text));
  return value;
}

bool SettingsImport::is_file(std::string_view key) const {
  if (!from_.has(key)) return false;
  if (from_.text(key).find("://") == std::string::npos) return true;
  to_.leave(key, kFetchesNothing);
  return false;
}

std::string written_number(double number) { return fmt::format("{:.6g}", number); }

std::string imported_yaml(const Imported& imported, const std::string& source) {
  std::string text = fmt::format("# From {}\n", comment_text(printable(source)));
  for (const std::string& line : imported.without) {
    text += fmt::format("# without a counterpart: {}\n", comment_text(line));
  }
  for (const Imported::Line& line : imported.lines) {
    const std::string written = fmt::format("{}: {}\n", line.key, line.value);
    PaintRequest request;
    try {
      Settings::from_yaml(written, "").fill(paint_fields(request));
    } catch (const Error& error) {
      const std::string why = error.what();
      fail(ExitCode::bad_value, "{} cannot be taken over: {}", line.from,
           why.substr(std::min(why.find(": "), why.size() - 2) + 2));
    }
    text += written;
  }
  return text;
}

}  // namespace pincel
