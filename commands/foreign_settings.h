// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/settings.h"
#include "core/utf8.h"

namespace pincel {

// A setting of another program. A list may also be written as one text with commas.
struct ForeignKey {
  enum class Kind { text, number, whole, flag, list };
  std::string_view name;
  Kind kind = Kind::text;
  std::string_view why = {};  // it has no counterpart, and why
};

// The settings of another program, read as strictly as ours.
class ForeignSettings {
 public:
  // Error that names an unknown key, or a value of the wrong kind, and where it stands.
  ForeignSettings(std::span<const ForeignKey> keys, const Settings& given);

  bool has(std::string_view name) const;                 // and it is not None
  const std::string& text(std::string_view name) const;  // what follows: of what has() says
  double number(std::string_view name) const;
  std::int64_t whole(std::string_view name) const;
  bool flag(std::string_view name) const;  // false where there is none
  const std::vector<std::string>& list(std::string_view name) const;

  std::vector<ForeignKey> without_counterpart() const;  // of what was given

 private:
  struct Value {
    ForeignKey key;
    bool is_given = false;
    std::string text = {};
    double number = 0;
    std::int64_t whole = 0;
    std::vector<std::string> list = {};
  };
  static Field field_of(Value& value, bool is_list);
  const Value& value_of(std::string_view name) const;

  std::deque<Value> values_;
};

// What other settings become here: lines of a config file, and what is left out.
struct Imported {
  struct Line {
    std::string key;
    std::string value;  // as YAML
    std::string from;   // what it was before
  };
  std::vector<Line> lines;
  std::vector<std::string> without;  // "display_every: previews come every ten steps"

  void set(std::string_view key, std::string_view text, std::string_view from);
  void set(std::string_view key, double number, std::string_view from);
  void set(std::string_view key, const std::vector<std::string>& texts, std::string_view from);
  void leave(std::string_view name, std::string_view why);
};

// Takes over settings one by one.
class SettingsImport {
 public:
  SettingsImport(const ForeignSettings& from, Imported& to) : from_(from), to_(to) {}

 protected:
  void copy_text(std::string_view from, std::string_view to) {
    if (from_.has(from)) to_.set(to, from_.text(from), from);
  }
  void copy_number(std::string_view from, std::string_view to) {
    if (from_.has(from)) to_.set(to, from_.number(from), from);
  }
  void copy_whole(std::string_view from, std::string_view to) {
    if (from_.has(from)) to_.set(to, static_cast<double>(from_.whole(from)), from);
  }
  // Whether it names a file that lies here; those behind an address are left out.
  bool is_file(std::string_view key) const;

  const ForeignSettings& from_;
  Imported& to_;
};

// The entry of that name. Error (bad value) naming all.
template <class Entries>
const auto& pick_entry(const Entries& entries, std::string_view name, std::string_view setting) {
  std::string known;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    known += known.empty() ? "" : ", ";
    known += entry.name;
  }
  fail(ExitCode::bad_value, "{} is '{}', expected one of: {}", setting, printable(name), known);
}

double foreign_number(std::string_view text, std::string_view setting);  // Error (bad value)

// `number` as a config file has it, with at most six digits.
std::string written_number(double number);

// Settings of Pixray; the options of a command line of nerdyrodent's VQGAN-CLIP.
Imported import_pixray(const Settings& given);
Imported import_nerdyrodent(std::string_view command_line);

// As a config file of `pincel paint`, which it is checked to be. Error (bad value) naming what a
// value came from where ours are narrower.
std::string imported_yaml(const Imported& imported, const std::string& source);

}  // namespace pincel
