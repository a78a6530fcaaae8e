// SPDX-License-Identifier: MIT
// The only file that includes yaml-cpp. It takes the events of its parser rather than its nodes:
// nodes hide duplicate keys, quotes and aliases, and a self-referring one never ends.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/given_settings.h"
#include "core/settings.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxYamlBytes = 1 << 20;
constexpr std::size_t kMaxYamlDepth = 16;

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

// Tabs and line ends are none; they can also come from an escape such as "\0".
bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

// Refuses what the parser would let pass: text that is not UTF-8 and control characters.
void check_bytes(std::string_view text, const std::string& source) {
  require(text.size() <= kMaxYamlBytes, ExitCode::config, "{}: {} bytes, expected at most {}",
          source, text.size(), kMaxYamlBytes);
  std::size_t line = 1;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '\n') {
      require(!is_control(text[i]), ExitCode::config, "{}:{}:{}: control character \\x{:02x}",
              source, line, i - begin + 1, static_cast<unsigned char>(text[i]));
      continue;
    }
    require(is_utf8(text.substr(begin, i - begin)), ExitCode::config,
            "{}:{}:1: not UTF-8 text; save the file as UTF-8", source, line);
    begin = i + 1;
    ++line;
  }
}

}  // namespace

// Turns the parser's events into values with dotted keys.
class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(const std::string& source) : source_(source) {}

  Settings take() { return std::move(settings_); }

  static std::vector<GivenSetting> given(const Settings& settings) {
    std::vector<GivenSetting> all;
    for (const Settings::Value& value : settings.values_) {
      all.push_back({value.key, value.items, value.is_list, value.key_place, value.value_place});
    }
    return all;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, "a second document; expected a single one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    if (maps_.empty()) return;  // an empty file
    refuse(mark, (maps_.back().has_key ? "'" + maps_.back().key + "'" : std::string("a key")) +
                     " has no value; write one, or take the line out");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not taken; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check(mark, tag, anchor);
    if (std::any_of(text.begin(), text.end(), is_control)) {
      refuse(mark, "control character in '" + printable(text) + "'");
    }
    if (is_in_list_) {
      value_.items.push_back(text);
      // A quoted item is only text, so the whole list is.
      value_.is_quoted = value_.is_quoted || tag == "!";
    } else if (maps_.empty()) {
      refuse(mark, "expected 'key: value'");
    } else if (!maps_.back().has_key) {
      take_key(mark, text);
    } else {
      value_.items = {text};
      value_.is_quoted = tag == "!";
      value_.value_place = place(mark);
      finish_value();
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    if (maps_.empty() || is_in_list_) refuse(mark, "a list is not expected here");
    if (!maps_.back().has_key) refuse(mark, "a list cannot be a key");
    is_in_list_ = true;
    value_.is_list = true;
    value_.value_place = place(mark);
  }
  void OnSequenceEnd() override {
    is_in_list_ = false;
    finish_value();
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    if (is_in_list_) refuse(mark, "a list holds plain values only");
    if (maps_.size() >= kMaxYamlDepth) refuse(mark, "nested too deeply");
    if (maps_.empty()) {
      maps_.push_back({});
      return;
    }
    if (!maps_.back().has_key) refuse(mark, "a map cannot be a key");
    maps_.push_back({maps_.back().prefix + maps_.back().key + ".", "", false});
    value_ = {};
  }
  void OnMapEnd() override {
    maps_.pop_back();
    if (!maps_.empty()) maps_.back().has_key = false;
  }

 private:
  struct Map {
    std::string prefix;
    std::string key;
    bool has_key = false;
  };

  std::string place(const YAML::Mark& mark) const {
    return fmt::format("{}:{}:{}", source_, mark.line + 1, mark.column + 1);
  }
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) const {
    fail(ExitCode::config, "{}: {}", place(mark), why);
  }
  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) refuse(mark, "anchors (&name) are not taken");
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, "tags (" + printable(tag) + ") are not taken");
    }
  }

  void take_key(const YAML::Mark& mark, const std::string& text) {
    Map& map = maps_.back();
    if (!is_key(text)) refuse(mark, "'" + printable(text) + "' is not a key");
    map.key = text;
    std::replace(map.key.begin(), map.key.end(), '-', '_');
    map.has_key = true;
    const std::string full = map.prefix + map.key;
    for (const auto& [known, where] : seen_) {
      if (known == full) refuse(mark, "'" + full + "' was given before, at " + where);
    }
    seen_.emplace_back(full, place(mark));
    value_ = {};
    value_.key = value_.full_key = full;
    value_.key_place = place(mark);
  }
  void finish_value() {
    settings_.put(std::move(value_));
    value_ = {};
    maps_.back().has_key = false;
  }

  std::string source_;
  Settings settings_;
  Settings::Value value_;
  std::vector<Map> maps_;
  std::vector<std::pair<std::string, std::string>> seen_;
  bool is_in_list_ = false;
  int documents_ = 0;
};

Settings Settings::from_yaml(std::string_view text, const std::string& source) {
  check_bytes(text, source);
  YamlReader reader(source);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& error) {
    fail(ExitCode::config, "{}:{}:{}: {}", source, error.mark.line + 1, error.mark.column + 1,
         printable(error.msg));
  }
  return reader.take();
}

std::vector<GivenSetting> given_settings(const Settings& settings) {
  return YamlReader::given(settings);
}

Settings Settings::from_file(const std::filesystem::path& path) {
  return from_yaml(read_whole_file(path, kMaxYamlBytes), path.string());
}

}  // namespace pincel
