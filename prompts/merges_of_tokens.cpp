// SPDX-License-Identifier: MIT
#include "prompts/merges_of_tokens.h"

#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/byte_symbols.h"

namespace pincel {
namespace {

using Id = std::int32_t;
constexpr std::size_t kMaxTokens = std::size_t{1} << 20U;
constexpr std::size_t kMaxLength = 1024;  // bytes of a token
constexpr Id kNone = std::numeric_limits<Id>::max();

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

class Learning {
 public:
  Learning(std::vector<std::string_view> tokens, const std::string& source)
      : tokens_(std::move(tokens)), source_(source) {
    const auto symbols = byte_symbols();
    for (Id id = 0; id < kByteCount; ++id) {
      const auto at = static_cast<std::size_t>(id);
      expect(tokens_[at] == symbols.written[at] &&
                 tokens_[at + kByteCount] == symbols.written[at] + kEndOfWord,
             at);
      bytes_.emplace(symbols.written[at], id);
    }
  }

  std::string merges() {
    std::string all = "#version: 0.2\n";
    const auto last = static_cast<Id>(tokens_.size()) - 2;  // start and end are no merges
    for (Id id = kFirstMerge; id < last; ++id) {
      const auto parts = split(id);
      expect(parts.size() == 2, static_cast<std::size_t>(id));
      made_.emplace(pair(parts[0], parts[1]), id);
      all.append(token(parts[0])) += ' ';
      all.append(token(parts[1])) += '\n';
    }
    return all;
  }

 private:
  void expect(bool holds, std::size_t id) const {
    require(holds, ExitCode::bad_data,
            "{}: token {}, '{}', does not follow from those before it as in CLIP's vocabulary; put "
            "merges.txt beside the file",
            source_, id, printable(std::string(tokens_[id])));
  }

  std::string_view token(Id id) const { return tokens_[static_cast<std::size_t>(id)]; }
  static std::uint64_t pair(Id left, Id right) {
    return static_cast<std::uint64_t>(left) << 32U | static_cast<std::uint32_t>(right);
  }

  // The token as bytes, its last one ending the word where it does.
  std::vector<Id> bytes_of(Id id) const {
    std::string_view rest = token(id);
    expect(rest.size() <= kMaxLength, static_cast<std::size_t>(id));
    const bool ends = rest.ends_with(kEndOfWord);
    if (ends) rest.remove_suffix(std::string_view(kEndOfWord).size());
    std::vector<Id> bytes;
    while (!rest.empty()) {
      const std::size_t size = static_cast<unsigned char>(rest[0]) < 0x80 ? 1 : 2;
      const auto found = bytes_.find(std::string(rest.substr(0, size)));
      expect(found != bytes_.end(), static_cast<std::size_t>(id));
      bytes.push_back(found->second);
      rest.remove_prefix(std::min(size, rest.size()));
    }
    if (ends && !bytes.empty()) bytes.back() += kByteCount;
    return bytes;
  }

  // What the merges so far make of the token.
  std::vector<Id> split(Id id) const {
    std::vector<Id> parts = bytes_of(id);
    for (;;) {
      Id first = kNone;
      for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto found = made_.find(pair(parts[i - 1], parts[i]));
        if (found != made_.end()) first = std::min(first, found->second);
      }
      if (first == kNone) return parts;
      std::vector<Id> joined;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto found =
            i + 1 < parts.size() ? made_.find(pair(parts[i], parts[i + 1])) : made_.end();
        const bool is_pair = found != made_.end() && found->second == first;
        joined.push_back(is_pair ? first : parts[i]);
        i += is_pair ? 1 : 0;
      }
      parts = std::move(joined);
    }
  }

  std::vector<std::string_view> tokens_;
  const std::string& source_;
  std::unordered_map<std::string, Id> bytes_;   // by their written character
  std::unordered_map<std::uint64_t, Id> made_;  // by pair
};

}  // namespace

std::string merges_of_tokens(std::string_view tokens, const std::string& source) {
  auto lines = lines_of(tokens);
  require(lines.size() >= static_cast<std::size_t>(kFirstMerge) + 2 && lines.size() <= kMaxTokens,
          ExitCode::bad_data, "{}: its vocabulary has {} tokens, expected {} to {}", source,
          lines.size(), kFirstMerge + 2, kMaxTokens);
  return Learning(std::move(lines), source).merges();
}

}  // namespace pincel
