// SPDX-License-Identifier: MIT
#include "prompts/fix_text.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "prompts/html_entities.h"
#include "prompts/unicode_classes.h"
#include "prompts/windows_1252.h"

namespace pincel {
namespace {

struct Ligature {
  char32_t point;
  std::u32string_view letters;
};

constexpr std::array<Ligature, 22> kLigatures = {{
    {0x132, U"IJ"},       {0x133, U"ij"},  {0x149, U"\u02BCn"}, {0x1F1, U"DZ"},
    {0x1F2, U"Dz"},       {0x1F3, U"dz"},  {0x1C4, U"D\u017D"}, {0x1C5, U"D\u017E"},
    {0x1C6, U"d\u017E"},  {0x1C7, U"LJ"},  {0x1C8, U"Lj"},      {0x1C9, U"lj"},
    {0x1CA, U"NJ"},       {0x1CB, U"Nj"},  {0x1CC, U"nj"},      {0xFB00, U"ff"},
    {0xFB01, U"fi"},      {0xFB02, U"fl"}, {0xFB03, U"ffi"},    {0xFB04, U"ffl"},
    {0xFB05, U"\u017Ft"}, {0xFB06, U"st"},
}};

bool is_unwanted_control(char32_t point) {
  return point <= 0x8 || point == 0xB || (point >= 0xE && point <= 0x1F) || point == 0x7F ||
         (point >= 0x206A && point <= 0x206F) || point == 0xFEFF ||
         (point >= 0xFFF9 && point <= 0xFFFC);
}

// One character's fixes that need no neighbours, down to the quotes.
void append_fixed(std::u32string& out, char32_t point) {
  point = windows_1252_point(point);
  const auto ligature = std::find_if(kLigatures.begin(), kLigatures.end(),
                                     [&](const Ligature& l) { return l.point == point; });
  std::u32string letters(1, point);
  if (ligature != kLigatures.end()) {
    letters = ligature->letters;
  } else if (point == 0x3000) {
    letters = U" ";
  } else if (point >= 0xFF01 && point <= 0xFFEF) {
    letters = compose_compatible(letters);
  }
  for (char32_t& letter : letters) {
    if (letter == 0x2BC || (letter >= 0x2018 && letter <= 0x201B)) letter = '\'';
    if (letter >= 0x201C && letter <= 0x201F) letter = '"';
    if (letter == 0x2028 || letter == 0x2029) letter = '\n';
  }
  out += letters;
}

std::u32string fix_line_breaks(std::u32string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!is_pair) out.push_back(text[i] == '\r' ? U'\n' : text[i]);
  }
  return out;
}

// Length of "ESC [ numbers letter" at the start of `text`, 0 where there is none.
std::size_t terminal_escape(std::u32string_view text) {
  if (text.size() < 3 || text[0] != 0x1B || text[1] != '[') return 0;
  std::size_t at = 2;
  while (at < text.size() && (text[at] == ';' || (text[at] >= '0' && text[at] <= '9'))) ++at;
  const bool has_letter = at < text.size() && text[at] < 0x80 && is_letter(text[at]);
  return has_letter ? at + 1 : 0;
}

std::u32string remove_controls(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t escape = terminal_escape(text.substr(i));
    if (escape == 0 && !is_unwanted_control(text[i])) out.push_back(text[i]);
    i += std::max<std::size_t>(escape, 1);
  }
  return out;
}

std::u32string fix_line(std::u32string line, bool has_entities) {
  while (true) {
    const std::u32string before = line;
    if (has_entities) line = unescape_sure_html(line);
    line = fix_mojibake(line);
    std::u32string fixed;
    fixed.reserve(line.size());
    for (const char32_t point : line) append_fixed(fixed, point);
    line = compose(remove_controls(fix_line_breaks(fixed)));
    if (line == before) return line;
  }
}

}  // namespace

std::u32string fix_text(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  bool has_entities = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(U'\n'), text.size() - 1) + 1;
    const std::u32string_view line = text.substr(0, end);
    has_entities = has_entities && line.find(U'<') == line.npos;
    out += fix_line(std::u32string(line), has_entities);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace pincel
