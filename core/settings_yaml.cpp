// SPDX-License-Identifier: MIT
// The only file that includes yaml-cpp. It takes the events of its parser rather than its nodes:
// nodes hide duplicate keys, quotes and aliases, and a self-referring one never ends.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/given_settings.h"
#include "core/settings.h"
#include "core/settings_list.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxYamlBytes = 1 << 20;
constexpr std::size_t kMaxYamlListBytes = 16 << 20;
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
void check_bytes(std::string_view text, const std::string& source,
                 std::size_t most = kMaxYamlBytes) {
  require(text.size() <= most, ExitCode::config, "{}: {} bytes, expected at most {}", source,
          text.size(), most);
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
  // The text begins after `lines` others of its source.
  explicit YamlReader(const std::string& source, int lines = 0) : source_(source), lines_(lines) {}

  Settings take() { return std::move(settings_); }
  const Settings& settings() const { return settings_; }

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
    return fmt::format("{}:{}:{}", source_, mark.line + 1 + lines_, mark.column + 1);
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
  int lines_;
  Settings settings_;
  Settings::Value value_;
  std::vector<Map> maps_;
  std::vector<std::pair<std::string, std::string>> seen_;
  bool is_in_list_ = false;
  int documents_ = 0;
};

namespace {

// Tells `reader` all that is in the text, which begins after `lines` others.
void read_yaml(std::string_view text, const std::string& source, YAML::EventHandler& reader,
               int lines = 0) {
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& error) {
    fail(ExitCode::config, "{}:{}:{}: {}", source, error.mark.line + 1 + lines,
         error.mark.column + 1, printable(error.msg));
  }
}

// Gives each item of a list to a YamlReader of its own, and what stands beside the list to another.
class YamlListReader : public YAML::EventHandler {
 public:
  YamlListReader(const std::string& source, const ListShape& shape,
                 const std::function<void(ListItem)>& take)
      : source_(source), shape_(shape), take_(take), shared_(source) {}

  void OnDocumentStart(const YAML::Mark& mark) override { shared_.OnDocumentStart(mark); }
  void OnDocumentEnd() override {}
  void expect_items() const {
    require(has_items_, ExitCode::config,
            "{}: no list; expected '- ...' lines, or such under '{}:'", source_, shape_.items);
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    expect_no_list(mark);
    if (in_items_ && !item_) refuse(mark, "an empty item");
    reader().OnNull(mark, anchor);
    end_value();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    reader().OnAlias(mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    expect_no_list(mark);
    if (in_items_ && !item_) {
      begin_item(mark);
      item_->OnMapStart(mark, "", 0, YAML::EmitterStyle::Flow);
      item_->OnScalar(mark, "", 0, std::string(shape_.plain));
      item_->OnScalar(mark, tag.empty() ? "!" : tag, anchor, text);
      end_item();
      return;
    }
    const bool is_key = depth_ == 1 && !has_key_;
    if (is_key && !item_ && text == shape_.items) {
      if (has_items_) refuse(mark, "a second list of items");
      begins_items_ = true;
      return;
    }
    if (is_key && !item_ && has_items_) {
      refuse(mark, fmt::format("'{}' after '{}'; what holds for all items stands before them",
                               printable(text), shape_.items));
    }
    const bool is_alias = is_key && !shape_.also.empty() && text == shape_.also;
    reader().OnScalar(mark, tag, anchor, is_alias ? std::string(shape_.plain) : text);
    is_key ? void(has_key_ = true) : end_value();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    if ((depth_ == 0 && !in_items_) || begins_items_) {
      in_items_ = has_items_ = true;
      begins_items_ = false;
      outer_depth_ = std::exchange(depth_, 0);
      return;
    }
    if (in_items_ && !item_) refuse(mark, "a list in the list; expected a text or settings");
    reader().OnSequenceStart(mark, tag, anchor, style);
    is_in_list_ = true;
  }
  void OnSequenceEnd() override {
    if (in_items_ && !item_) {
      in_items_ = false;
      depth_ = outer_depth_;
      return;
    }
    is_in_list_ = false;
    reader().OnSequenceEnd();
    end_value();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    expect_no_list(mark);
    if (in_items_ && !item_) begin_item(mark);
    reader().OnMapStart(mark, tag, anchor, style);
    ++depth_;
    has_key_ = false;
  }
  void OnMapEnd() override {
    reader().OnMapEnd();
    --depth_;
    has_key_ = false;
    if (item_ && depth_ == 0) end_item();
  }

 private:
  YamlReader& reader() { return item_ ? *item_ : shared_; }
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) const {
    fail(ExitCode::config, "{}:{}:{}: {}", source_, mark.line + 1, mark.column + 1, why);
  }
  void expect_no_list(const YAML::Mark& mark) const {
    if (begins_items_) {
      refuse(mark, fmt::format("'{}' needs a list: '- ...' lines", shape_.items));
    }
  }
  void end_value() {
    if (depth_ == 1 && !is_in_list_) has_key_ = false;
  }
  void begin_item(const YAML::Mark& mark) {
    place_ = fmt::format("{}:{}", source_, mark.line + 1);
    item_.emplace(source_);
  }
  void end_item() {
    Settings own = item_->take();
    item_.reset();
    take_({place_, shared_.settings().overlay(own)});
  }

  const std::string& source_;
  const ListShape& shape_;
  const std::function<void(ListItem)>& take_;
  YamlReader shared_;
  std::optional<YamlReader> item_;
  std::string place_;
  int depth_ = 0;  // maps that are open, of the item within the items
  int outer_depth_ = 0;
  bool in_items_ = false;
  bool has_items_ = false;
  bool begins_items_ = false;  // their key has been read
  bool has_key_ = false;       // of the outermost map
  bool is_in_list_ = false;
};

}  // namespace

Settings Settings::from_yaml(std::string_view text, const std::string& source) {
  check_bytes(text, source);
  YamlReader reader(source);
  read_yaml(text, source, reader);
  return reader.take();
}

Settings settings_on_line(std::string_view yaml, const std::string& source, std::size_t line) {
  check_bytes(yaml, source + ":" + std::to_string(line));
  const int before = static_cast<int>(line) - 1;
  YamlReader reader(source, before);
  read_yaml(yaml, source, reader, before);
  return reader.take();
}

void read_settings_list(std::string_view yaml, const std::string& source, const ListShape& shape,
                        const std::function<void(ListItem)>& take) {
  check_bytes(yaml, source, kMaxYamlListBytes);
  YamlListReader reader(source, shape, take);
  read_yaml(yaml, source, reader);
  reader.expect_items();
}

std::vector<GivenSetting> given_settings(const Settings& settings) {
  return YamlReader::given(settings);
}

Settings Settings::from_file(const std::filesystem::path& path) {
  return from_yaml(read_whole_file(path, kMaxYamlBytes), path.string());
}

}  // namespace pincel
