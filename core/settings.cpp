// SPDX-License-Identifier: MIT
#include "core/settings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

// Decimal digits with an optional minus; no octal, no blanks, no underscores.
std::optional<std::int64_t> to_integer(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> to_number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string expected_words(const char* kind, const Field& field) {
  const std::string limits = written_limits(field);
  return limits.empty() ? kind : fmt::format("{} {}", kind, limits);
}

bool in_range(double value, const Range& range) {
  return value >= range.low && value <= range.high;
}

bool is_allowed(const std::string& word, const Field& field) {
  return field.one_of.empty() ||
         std::find(field.one_of.begin(), field.one_of.end(), word) != field.one_of.end();
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  if (text.starts_with('[') && text.ends_with(']') && text.size() >= 2) {
    text = text.substr(1, text.size() - 2);
  }
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::string with_underscores(std::string_view key) {
  std::string result(key);
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

// Groups nest, but for those that share their name with a value: "drawer" beside "drawer.fft".
nlohmann::ordered_json to_tree(const std::vector<Field>& fields) {
  std::set<std::string_view> values;
  for (const Field& field : fields) values.insert(field.name);
  nlohmann::ordered_json tree = nlohmann::ordered_json::object();
  for (const Field& field : fields) {
    nlohmann::ordered_json* node = &tree;
    std::string_view name = field.name;
    const std::string_view whole = field.name;
    std::size_t begin = 0;
    for (std::size_t dot = whole.find('.'); dot != whole.npos; dot = whole.find('.', dot + 1)) {
      if (values.count(whole.substr(0, dot)) > 0) continue;
      node = &(*node)[std::string(whole.substr(begin, dot - begin))];
      begin = dot + 1;
      name = whole.substr(begin);
    }
    std::visit([&](const auto* value) { (*node)[std::string(name)] = *value; }, field.target);
  }
  return tree;
}

void append_yaml(std::string& out, const nlohmann::ordered_json& tree, const std::string& indent) {
  for (const auto& [name, value] : tree.items()) {
    out += indent + name + ":";
    if (value.is_object()) {
      out += "\n";
      append_yaml(out, value, indent + "  ");
    } else if (value.is_array()) {
      std::string items;
      for (const auto& item : value) items += (items.empty() ? "" : ", ") + item.dump();
      out += " [" + items + "]\n";
    } else {
      out += " " + value.dump() + "\n";
    }
  }
}

}  // namespace

void Settings::put(Value value) {
  for (Value& present : values_) {
    if (present.key == value.key) {
      present = std::move(value);
      return;
    }
  }
  values_.push_back(std::move(value));
}

const Settings::Value* Settings::find(std::string_view key) const {
  for (const Value& value : values_) {
    if (value.key == key) return &value;
  }
  return nullptr;
}

void Settings::set(std::string_view key, std::string_view value, const std::string& origin) {
  require(is_utf8(value), ExitCode::bad_value, "{} is not UTF-8 text: {}", origin,
          printable(value));
  const std::string name = with_underscores(key);
  put({name, name, {std::string(value)}, false, false, true, origin, origin});
}

bool Settings::has(std::string_view key) const { return find(with_underscores(key)) != nullptr; }

Settings Settings::at(std::string_view group) const {
  Settings below;
  const std::string prefix = with_underscores(group) + ".";
  for (const Value& value : values_) {
    if (!value.key.starts_with(prefix)) continue;
    Value inner = value;
    inner.key = value.key.substr(prefix.size());
    below.values_.push_back(std::move(inner));
  }
  return below;
}

Settings Settings::overlay(const Settings& over) const {
  Settings both = *this;
  for (const Value& value : over.values_) both.put(value);
  return both;
}

void Settings::refuse(const Value& value, const std::string& expected) {
  const std::string given =
      value.is_list ? fmt::format("a list of {}", value.items.size())
                    : (value.is_quoted ? fmt::format("the text '{}'", printable(value.items[0]))
                                       : fmt::format("'{}'", printable(value.items[0])));
  if (value.is_flag) {
    fail(ExitCode::bad_value, "{} is {}, expected {}", value.value_place, given, expected);
  }
  fail(ExitCode::config, "{}: {} is {}, expected {}", value.value_place, value.full_key, given,
       expected);
}

void Settings::refuse_key(const Value& value, const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  const std::string near = nearest_name(value.key, names);
  const std::string group = value.full_key.substr(0, value.full_key.size() - value.key.size());
  if (value.is_flag) {
    fail(ExitCode::usage, "unknown option '{}'{}", printable(value.key_place),
         near.empty() ? "" : fmt::format(", did you mean '--{}{}'?", group, near));
  }
  fail(ExitCode::config, "{}: unknown key '{}'{}", value.key_place, printable(value.full_key),
       near.empty() ? "" : fmt::format(", did you mean '{}{}'?", group, near));
}

void Settings::assign(const Value& value, const Field& field) {
  const bool wants_list = std::holds_alternative<std::vector<double>*>(field.target) ||
                          std::holds_alternative<std::vector<std::string>*>(field.target);
  std::vector<std::string> items = value.items;
  if (wants_list && value.is_flag) {
    items = split_at_commas(value.items[0]);
  } else if (wants_list != value.is_list) {
    refuse(value, wants_list ? "a list such as [1, 2]" : "a single value");
  }
  const auto number = [&](const std::string& text) {
    const auto read = value.is_quoted ? std::nullopt : to_number(text);
    if (!read || !in_range(*read, field.range)) refuse(value, expected_words("a number", field));
    return *read;
  };
  const auto word = [&](const std::string& text) {
    if (!is_allowed(text, field)) refuse(value, written_limits(field));
    return text;
  };
  if (auto* const* flag = std::get_if<bool*>(&field.target)) {
    if (value.is_quoted || (items[0] != "true" && items[0] != "false")) {
      refuse(value, "true or false");
    }
    **flag = items[0] == "true";
  } else if (auto* const* integer = std::get_if<std::int64_t*>(&field.target)) {
    const auto read = value.is_quoted ? std::nullopt : to_integer(items[0]);
    if (!read || !in_range(static_cast<double>(*read), field.range)) {
      refuse(value, expected_words("a whole number", field));
    }
    **integer = *read;
  } else if (auto* const* real = std::get_if<double*>(&field.target)) {
    **real = number(items[0]);
  } else if (auto* const* text = std::get_if<std::string*>(&field.target)) {
    **text = word(items[0]);
  } else if (auto* const* reals = std::get_if<std::vector<double>*>(&field.target)) {
    (*reals)->clear();
    for (const std::string& item : items) (*reals)->push_back(number(item));
  } else if (auto* const* texts = std::get_if<std::vector<std::string>*>(&field.target)) {
    (*texts)->clear();
    for (const std::string& item : items) (*texts)->push_back(word(item));
  }
}

void Settings::fill(const std::vector<Field>& fields) const {
  for (const Value& value : values_) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& f) { return f.name == value.key; });
    if (field == fields.end()) refuse_key(value, fields);
    assign(value, *field);
  }
}

std::string to_yaml(const std::vector<Field>& fields) {
  std::string out;
  append_yaml(out, to_tree(fields), "");
  return out;
}

std::string to_json(const std::vector<Field>& fields) { return to_tree(fields).dump(); }

std::string written_value(const Field& field) {
  if (auto* const* texts = std::get_if<std::vector<std::string>*>(&field.target)) {
    return fmt::format("{}", fmt::join(**texts, ","));
  }
  if (auto* const* reals = std::get_if<std::vector<double>*>(&field.target)) {
    return fmt::format("{}", fmt::join(**reals, ","));
  }
  if (auto* const* text = std::get_if<std::string*>(&field.target)) return **text;
  if (auto* const* real = std::get_if<double*>(&field.target)) return fmt::format("{}", **real);
  if (auto* const* whole = std::get_if<std::int64_t*>(&field.target)) {
    return fmt::format("{}", **whole);
  }
  return *std::get<bool*>(field.target) ? "true" : "false";
}

std::string written_limits(const Field& field) {
  if (!field.one_of.empty()) {
    std::string names;
    for (std::size_t i = 0; i < field.one_of.size(); ++i) {
      names += i == 0 ? "" : (i + 1 == field.one_of.size() ? " or " : ", ");
      names += field.one_of[i];
    }
    return names;
  }
  const auto written = [](double limit) {
    return std::abs(limit) < 1e18 && limit == std::floor(limit) ? fmt::format("{:.0f}", limit)
                                                                : fmt::format("{:g}", limit);
  };
  const bool has_low = std::isfinite(field.range.low);
  const bool has_high = std::isfinite(field.range.high);
  if (has_low && has_high) {
    return fmt::format("from {} to {}", written(field.range.low), written(field.range.high));
  }
  if (has_low) return "of at least " + written(field.range.low);
  if (has_high) return "of at most " + written(field.range.high);
  return "";
}

}  // namespace pincel
