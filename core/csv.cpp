// SPDX-License-Identifier: MIT
#include "core/csv.h"

#include "core/error.h"

namespace pincel {

std::vector<std::vector<std::string>> parse_csv(std::string_view text, const std::string& source,
                                                char separator) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted) {
      if (c != '"') {
        rows.back().back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        rows.back().back() += text[++i];
      } else {
        is_quoted = false;
      }
    } else if (c == '"') {
      is_quoted = true;
    } else if (c == separator) {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.push_back({""});
    } else if (c != '\r') {
      rows.back().back() += c;
    }
  }
  require(!is_quoted, ExitCode::bad_data, "{}: a quote is opened and never closed", source);
  std::erase_if(rows, [](const auto& row) {
    return row.size() == 1 && row[0].find_first_not_of(" \t") == std::string::npos;
  });
  return rows;
}

}  // namespace pincel
