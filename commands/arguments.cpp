// SPDX-License-Identifier: MIT
#include "commands/arguments.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "commands/output.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

std::string with_hyphens(std::string_view key) {
  std::string result(key);
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

std::string with_underscores(std::string_view key) {
  std::string result(key);
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  const std::string key = with_underscores(name);
  for (const Field& field : fields) {
    if (field.name == key) return &field;
  }
  return nullptr;
}

[[noreturn]] void refuse_option(const CommandHelp& help, const std::vector<Field>& fields,
                                std::string_view name) {
  std::vector<std::string> names{"config", "help"};
  for (const Field& field : fields) names.push_back(with_hyphens(field.name));
  const std::string near = nearest_name(with_hyphens(name), names);
  fail(ExitCode::usage, "unknown option '--{}'{}; 'pincel help {}' lists them", printable(name),
       near.empty() ? "" : fmt::format(", did you mean '--{}'?", near), help.name);
}

// Breaks text into lines of at most `width` characters.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string group_of(const Field& field) {
  const std::size_t dot = field.name.rfind('.');
  return dot == std::string::npos ? "" : field.name.substr(0, dot);
}

// Where read_command_line() puts what it is given while declared() asks.
thread_local DeclaredCommand* asked_for = nullptr;

DeclaredCommand declaration(const CommandHelp& help, const std::vector<Field>& fields) {
  DeclaredCommand command{.name = std::string(help.name),
                          .words = std::string(help.words),
                          .text = std::string(help.text),
                          .options = {}};
  for (const Field& field : fields) {
    command.options.push_back({.flag = "--" + with_hyphens(field.name),
                               .help = field.help,
                               .value = field.is_flag() ? "" : written_value(field),
                               .choices = field.one_of,
                               .is_flag = field.is_flag()});
  }
  return command;
}

// Walks through the arguments of one command line.
class Reader {
 public:
  Reader(const CommandHelp& help, const std::vector<std::string>& arguments,
         const std::vector<Field>& fields)
      : help_(help), arguments_(arguments), fields_(fields) {}

  CommandLine read() {
    for (; next_ < arguments_.size(); ++next_) {
      const std::string& argument = arguments_[next_];
      if (argument == "--") {
        const auto last = arguments_.begin() + static_cast<std::ptrdiff_t>(next_);
        line_.words.insert(line_.words.end(), last + 1, arguments_.end());
        break;
      }
      if (argument == "-h") {
        line_.asks_help = true;
      } else if (argument.starts_with("--")) {
        read_option(argument.substr(2));
      } else if (argument.size() > 1 && argument[0] == '-') {
        fail(
            ExitCode::usage,
            "unknown option '{}'; options have two hyphens, and words that start with one go after "
            "'--'",
            printable(argument));
      } else {
        line_.words.push_back(argument);
      }
    }
    line_.settings = files_.overlay(flags_);
    return std::move(line_);
  }

 private:
  void read_option(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (name == "help" && equals == std::string::npos) {
      line_.asks_help = true;
      return;
    }
    const bool is_config = name == "config";
    const Field* field = is_config ? nullptr : find_field(fields_, name);
    if (!is_config && field == nullptr && name.starts_with("no-") && equals == std::string::npos) {
      const Field* negated = find_field(fields_, name.substr(3));
      if (negated != nullptr && negated->is_flag()) {
        flags_.set(negated->name, "false", "--" + name);
        return;
      }
    }
    if (!is_config && field == nullptr) refuse_option(help_, fields_, name);
    std::string value = "true";
    if (equals != std::string::npos) {
      value = text.substr(equals + 1);
    } else if (is_config || !field->is_flag()) {
      value = next_value(name);
    }
    if (is_config) {
      files_ = files_.overlay(Settings::from_file(value));
    } else {
      flags_.set(name, value, "--" + name);
    }
  }

  std::string next_value(const std::string& name) {
    const bool is_there = next_ + 1 < arguments_.size();
    require(is_there && !looks_like_option(arguments_[next_ + 1]), ExitCode::usage,
            "--{0} needs a value, as in '--{0} X' or '--{0}=X'", name);
    return arguments_[++next_];
  }

  bool looks_like_option(const std::string& text) const {
    if (!text.starts_with("--")) return false;
    const std::string name = text.substr(2, text.find('=') - 2);
    return name.empty() || name == "config" || name == "help" ||
           find_field(fields_, name) != nullptr;
  }

  const CommandHelp& help_;
  const std::vector<std::string>& arguments_;
  const std::vector<Field>& fields_;
  std::size_t next_ = 0;
  CommandLine line_;
  Settings files_;
  Settings flags_;
};

}  // namespace

std::string option_text(const Field& field) {
  constexpr std::size_t kColumn = 26;
  std::string left = "  --" + with_hyphens(field.name);
  if (!field.is_flag()) left += std::holds_alternative<std::string*>(field.target) ? " X" : " N";
  std::string right = field.help;
  const std::string limits = written_limits(field);
  if (!field.one_of.empty()) right += ": " + limits;
  const std::string value = written_value(field);
  if (!value.empty() && value != "false") right += fmt::format(" [{}]", value);
  std::string text = left;
  if (left.size() + 1 > kColumn) {
    text += "\n" + std::string(kColumn, ' ');
  } else {
    text += std::string(kColumn - left.size(), ' ');
  }
  const auto lines = wrap(right, 98 - kColumn);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += (i == 0 ? "" : std::string(kColumn, ' ')) + lines[i] + "\n";
  }
  return text;
}

std::string help_text(const CommandHelp& help, const std::vector<Field>& fields,
                      std::string_view group) {
  std::set<std::string> groups;
  for (const Field& field : fields) groups.insert(group_of(field));
  require(groups.count(std::string(group)) > 0 || group.empty(), ExitCode::usage,
          "pincel {} has no group of options '{}'", help.name, group);
  std::string text = fmt::format("pincel {}{}{} [options]\n", help.name,
                                 help.words.empty() ? "" : " ", help.words);
  if (group.empty()) {
    for (const std::string& line : wrap(help.text, 98)) text += line + "\n";
    if (!help.example.empty()) text += fmt::format("\n  {}\n", help.example);
  }
  text += group.empty() ? "\nOptions [default]:\n"
                        : fmt::format("\nOptions of '{}' [default]:\n", group);
  for (const Field& field : fields) {
    if (group_of(field) == group) text += option_text(field);
  }
  if (!group.empty()) return text;
  text += "  --config FILE           options from a YAML file; flags win; may be repeated\n";
  groups.erase("");
  std::erase_if(groups, [](const std::string& name) { return name.find('.') != name.npos; });
  if (!groups.empty()) {
    text += "\nMore options:";
    for (const std::string& name : groups)
      text += fmt::format(" 'pincel help {} {}'", help.name, name);
    text += "\n";
  }
  return text;
}

CommandLine read_command_line(const CommandHelp& help, const std::vector<std::string>& arguments,
                              const std::vector<Field>& fields) {
  if (asked_for != nullptr) {
    *asked_for = declaration(help, fields);
    CommandLine nothing;
    nothing.asks_help = true;
    return nothing;
  }
  CommandLine line = Reader(help, arguments, fields).read();
  if (line.asks_help) {
    const std::string group = line.words.empty() ? "" : line.words.back();
    print(help_text(help, fields, group));
  }
  return line;
}

DeclaredCommand declared(int (*run)(const std::vector<std::string>& arguments)) {
  DeclaredCommand command;
  asked_for = &command;
  try {
    run({"--help"});
  } catch (...) {
    asked_for = nullptr;
    throw;
  }
  asked_for = nullptr;
  return command;
}

}  // namespace pincel
