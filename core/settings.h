// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/options.h"

namespace pincel {

// One declared option: its dotted name, where its value lives, and what may be said of it.
struct Field {
  using Target = std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<double>*,
                              std::vector<std::string>*>;
  std::string name;
  Target target;
  std::string help;
  Range range;
  std::vector<std::string> one_of;

  bool is_flag() const { return std::holds_alternative<bool*>(target); }
};

// The declared options of a struct, in the order of its fields(). They point into `options`.
template <class Options>
std::vector<Field> fields_of(Options& options) {
  std::vector<Field> found;
  options.fields(
      [&found](std::string_view name, auto& value, std::string_view help, const auto&... limits) {
        Field field{std::string(name), &value, std::string(help), {}, {}};
        [[maybe_unused]] const auto limit = [&field](const auto& of) {
          if constexpr (requires { of.names; }) {
            field.one_of = of.names;
          } else {
            field.range = of;
          }
        };
        (limit(limits), ...);
        found.push_back(std::move(field));
      });
  return found;
}

// For a struct inside a struct: `drawer.fields(under("drawer", visit))` declares "drawer.rate".
template <class V>
auto under(std::string_view group, V& visit) {
  return [group = std::string(group), &visit](std::string_view name, auto& value,
                                              std::string_view help, const auto&... limits) {
    visit(group + "." + std::string(name), value, help, limits...);
  };
}

// The options of a user as one tree with dotted keys. Each value knows where it was written, so
// that an Error can name the flag or file:line:column. Hyphens in keys read as underscores.
class Settings {
 public:
  // Strict YAML: one document, maps of scalars and of lists of scalars; no anchors, tags, duplicate
  // keys, control characters or more than 1 MiB. Error (config) with source:line:column.
  static Settings from_yaml(std::string_view text, const std::string& source);
  static Settings from_file(const std::filesystem::path& path);

  // A value as it was written after a flag; lists are separated by commas. `origin` is the flag.
  void set(std::string_view key, std::string_view value, const std::string& origin);

  bool has(std::string_view key) const;
  // The values below `group`, their keys without it.
  Settings at(std::string_view group) const;
  // These settings, with those of `over` on top.
  Settings overlay(const Settings& over) const;

  // Options with the values given here. Error for a key that no field declares (naming the nearest;
  // usage for a flag, config for a file) and for a value of the wrong kind or out of its range
  // (bad_value, config for a file).
  template <class Options>
  Options as(Options options = {}) const {
    fill(fields_of(options));
    return options;
  }
  // The same for the fields of several structs together.
  void fill(const std::vector<Field>& fields) const;

 private:
  friend class YamlReader;
  struct Value {
    std::string key;       // within this subtree
    std::string full_key;  // from the root
    std::vector<std::string> items;
    bool is_list = false;
    bool is_quoted = false;  // text, never a number
    bool is_flag = false;
    std::string key_place;    // the flag, or file:line:column
    std::string value_place;  // the same for the value
  };
  void put(Value value);
  const Value* find(std::string_view key) const;
  static void assign(const Value& value, const Field& field);
  [[noreturn]] static void refuse(const Value& value, const std::string& expected);
  [[noreturn]] static void refuse_key(const Value& value, const std::vector<Field>& fields);

  std::vector<Value> values_;  // in the order in which they were first given
};

// Every field with its present value. Both read back through Settings::from_yaml().
std::string to_yaml(const std::vector<Field>& fields);
std::string to_json(const std::vector<Field>& fields);  // one line, groups nested

// The value as a user would write it, for help texts: "0.1", "true", "1,2,4", "" for no text.
std::string written_value(const Field& field);
// "from 0 to 10", "at least 1", "auto, cpu or cuda"; "" where everything goes.
std::string written_limits(const Field& field);

}  // namespace pincel
