// SPDX-License-Identifier: MIT
#include "commands/completion.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "commands/registry_help.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

struct ShellCommand {
  std::string name;  // "bench step"
  std::string help;
  std::vector<DeclaredOption> options;  // the names of a registry are choices too
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> help_topics() {
  std::vector<std::string> topics{"--markdown", "--man"};
  for (const Command& command : all_commands()) topics.emplace_back(command.name);
  for (const RegistryHelp& registry : registry_helps()) {
    topics.emplace_back(registry.plural);
    for (const auto& item : registry.items) {
      topics.push_back(std::string(registry.singular).append(".").append(item.name));
    }
  }
  return topics;
}

// `help` and `completion` take words and no options.
std::vector<ShellCommand> shell_commands() {
  std::vector<ShellCommand> list;
  const auto registries = registry_helps();
  for (const Command& command : all_commands()) {
    ShellCommand entry{std::string(command.name), std::string(command.help), {}};
    if (command.name != "help" && command.name != "completion") {
      entry.options = declared(command.run).options;
      entry.options.push_back({.flag = "--config",
                               .help = "options from a YAML file",
                               .value = "",
                               .choices = {},
                               .is_flag = false});
      entry.options.push_back({.flag = "--help",
                               .help = "say what there is",
                               .value = "",
                               .choices = {},
                               .is_flag = true});
    }
    for (DeclaredOption& option : entry.options) {
      for (const RegistryHelp& registry : registries) {
        if (registry.option.empty() || option.flag != registry.option) continue;
        for (const auto& item : registry.items) option.choices.push_back(item.name);
      }
    }
    list.push_back(std::move(entry));
  }
  return list;
}

// The first words of the commands, and what may follow those of two.
std::vector<std::string> first_words(const std::vector<ShellCommand>& commands) {
  std::set<std::string> words;
  for (const auto& command : commands) words.insert(command.name.substr(0, command.name.find(' ')));
  return {words.begin(), words.end()};
}

std::vector<std::string> second_words(const std::vector<ShellCommand>& commands,
                                      const std::string& first) {
  std::vector<std::string> words;
  for (const auto& command : commands) {
    if (command.name.starts_with(first + " "))
      words.push_back(command.name.substr(first.size() + 1));
  }
  return words;
}

std::string flags_of(const ShellCommand& command) {
  std::vector<std::string> flags;
  for (const auto& option : command.options) flags.push_back(option.flag);
  return joined(flags);
}

std::string bash_script(const std::vector<ShellCommand>& commands) {
  std::string second, values, options;
  for (const auto& word : first_words(commands)) {
    const auto below = second_words(commands, word);
    if (!below.empty()) second += fmt::format("    {}) below='{}' ;;\n", word, joined(below));
  }
  for (const auto& command : commands) {
    options += fmt::format("    '{}') options='{}' ;;\n", command.name, flags_of(command));
    for (const auto& option : command.options) {
      if (option.choices.empty()) continue;
      values += fmt::format("    '{} {}') values='{}' ;;\n", command.name, option.flag,
                            joined(option.choices));
    }
  }
  return fmt::format(R"(# Completion of pincel in bash: source <(pincel completion bash)
_pincel() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} below='' values='' options='' at=2
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '{0} --version --help' -- "$word")
    return
  fi
  case $command in
{1}  esac
  if [ -n "$below" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      mapfile -t COMPREPLY < <(compgen -W "$below" -- "$word")
      return
    fi
    command="$command ${{COMP_WORDS[2]}}"
    at=3
  fi
  if [ "$command" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W '{4}' -- "$word")
    return
  fi
  if [ "$command" = completion ]; then
    mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$word")
    return
  fi
  if [ "$COMP_CWORD" -gt "$at" ]; then
    case "$command $before" in
{2}    esac
    if [ -n "$values" ]; then
      mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
      return
    fi
  fi
  case $command in
{3}  esac
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
  esac
}}
complete -o bashdefault -o default -F _pincel pincel ./pincel
)",
                     joined(first_words(commands)), second, values, options, joined(help_topics()));
}

// Inside '...' of zsh and fish; what _arguments of zsh would read as its own is escaped too.
std::string quoted(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      if (special.find(c) != special.npos) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string zsh_script(const std::vector<ShellCommand>& commands) {
  std::string first, cases, second;
  for (const auto& word : first_words(commands)) {
    const auto below = second_words(commands, word);
    if (!below.empty()) {
      second += fmt::format("    {}) below=({}) ;;\n", word, joined(below));
    }
  }
  for (const auto& command : commands) {
    cases += fmt::format("    '{}') _arguments", command.name);
    for (const auto& option : command.options) {
      cases += fmt::format(" \\\n      '*{}[{}]{}'", option.flag, quoted(option.help, "[]:\\"),
                           option.is_flag ? "" : ":value:");
      if (option.is_flag) continue;
      cases.pop_back();
      cases += option.choices.empty() ? "_files'" : "(" + joined(option.choices) + ")'";
    }
    cases += command.name == "help" ? fmt::format(" '*:topic:({})' ;;\n", joined(help_topics()))
             : command.name == "completion" ? " '1:shell:(bash zsh fish)' ;;\n"
                                            : " '*:file:_files' ;;\n";
  }
  return fmt::format(R"(#compdef pincel
# Completion of pincel in zsh: source <(pincel completion zsh)
_pincel() {{
  local command=${{words[2]}} shifted=1
  local -a below
  if (( CURRENT == 2 )); then
    compadd -- {0} --version --help
    return
  fi
  case $command in
{1}  esac
  if (( ${{#below}} )); then
    if (( CURRENT == 3 )); then
      compadd -- $below
      return
    fi
    command="$command ${{words[3]}}"
    shifted=2
  fi
  shift $shifted words
  (( CURRENT -= shifted ))
  case $command in
{2}  esac
}}
compdef _pincel pincel ./pincel
)",
                     joined(first_words(commands)), second, cases);
}

std::string fish_script(const std::vector<ShellCommand>& commands) {
  std::string text = "# Completion of pincel in fish: pincel completion fish | source\n";
  for (const auto& word : first_words(commands)) {
    const auto below = second_words(commands, word);
    std::string help = below.empty() ? "" : joined(below);
    for (const auto& command : commands) {
      if (command.name == word) help = command.help;
    }
    text += fmt::format("complete -c pincel -n __fish_use_subcommand -f -a {} -d '{}'\n", word,
                        quoted(help, "\\"));
    for (const auto& next : below) {
      text += fmt::format(
          "complete -c pincel -n '__fish_seen_subcommand_from {0}; and not "
          "__fish_seen_subcommand_from {1}' -f -a {2}\n",
          word, joined(below), next);
    }
  }
  for (const auto& command : commands) {
    const std::size_t gap = command.name.find(' ');
    std::string when = "__fish_seen_subcommand_from " + command.name.substr(0, gap);
    if (gap != std::string::npos) {
      when += "; and __fish_seen_subcommand_from " + command.name.substr(gap + 1);
    }
    for (const auto& option : command.options) {
      text += fmt::format("complete -c pincel -n '{}' -l {}", when, option.flag.substr(2));
      if (!option.choices.empty()) text += fmt::format(" -x -a '{}'", joined(option.choices));
      if (option.choices.empty() && !option.is_flag) text += " -r";
      text += fmt::format(" -d '{}'\n", quoted(option.help, "\\"));
    }
  }
  text += fmt::format("complete -c pincel -n '__fish_seen_subcommand_from help' -f -a '{}'\n",
                      joined(help_topics()));
  text += "complete -c pincel -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
  return text;
}

// Text of a manual page: hyphens that can be copied, no line that begins a request.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) {
      result += std::string("\\&") + c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string roff_option(const DeclaredOption& option) {
  std::string text = fmt::format(".TP\n\\fB{}\\fR", roff(option.flag));
  if (!option.is_flag) text += " \\fIX\\fR";
  text += "\n" + roff(option.help);
  if (!option.choices.empty()) text += fmt::format(": {}", roff(joined(option.choices)));
  if (!option.value.empty()) text += fmt::format(" [{}]", roff(option.value));
  return text + "\n";
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script(shell_commands());
  if (shell == "zsh") return zsh_script(shell_commands());
  if (shell == "fish") return fish_script(shell_commands());
  fail(ExitCode::usage, "no completion for the shell '{}'; expected bash, zsh or fish",
       printable(shell));
}

std::string manual_page() {
  std::string text =
      ".TH PINCEL 1\n.SH NAME\npincel \\- paint pictures from words\n.SH SYNOPSIS\n"
      ".B pincel\n.I command\n[\\fIwords\\fR] [\\fIoptions\\fR]\n.SH DESCRIPTION\n"
      "A VQGAN or another drawer draws a picture, a CLIP says how near it is to the words, and an "
      "optimiser moves it there.\n.PP\n.EX\npincel paint \"a red apple on a blue "
      "background\"\n.EE\n"
      ".SH COMMANDS\n";
  for (const Command& command : all_commands()) {
    text += fmt::format(".SS {}\n{}\n", roff(command.name), roff(command.help));
    if (command.name == "help" || command.name == "completion") continue;
    const DeclaredCommand about = declared(command.run);
    text += fmt::format(".PP\n\\fBpincel {}\\fR {}\n.PP\n{}\n", roff(about.name), roff(about.words),
                        roff(about.text));
    for (const auto& option : about.options) text += roff_option(option);
  }
  for (const RegistryHelp& registry : registry_helps()) {
    std::string title(registry.plural);
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    text += fmt::format(".SH {}\n", title);
    for (const auto& item : registry.items) {
      text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(item.name), roff(item.help));
    }
  }
  return text;
}

int completion_command(const std::vector<std::string>& arguments) {
  require(arguments.size() == 1, ExitCode::usage,
          "'pincel completion' needs the name of a shell: bash, zsh or fish");
  if (arguments[0] == "--help" || arguments[0] == "-h") {
    print(
        "pincel completion SHELL\nA script for bash, zsh or fish that completes commands and "
        "options.\n\n  source <(pincel completion bash)\n");
    return 0;
  }
  print(completion_script(arguments[0]));
  return 0;
}

}  // namespace pincel
