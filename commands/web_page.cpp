// SPDX-License-Identifier: MIT
#include "commands/web_page.h"

#include <fmt/core.h>

#include <set>

#include "commands/web_page_style.h"
#include "core/base64.h"
#include "core/error.h"
#include "core/picture_encoders.h"
#include "core/resample.h"
#include "core/sha256.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

// As a content security policy names a script: the base64 of its digest.
std::string source_hash(std::string_view script) {
  const std::string hex = sha256(script);
  std::string digest;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    digest += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return "sha256-" + to_base64(digest);
}

// JSON that no HTML reader takes for the end of a script: "</script>" and "<!--" become escapes.
std::string data_block(const std::string& json) {
  if (json.empty()) return "";
  std::string safe;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      safe += c;
    }
  }
  return fmt::format("<script type=\"application/json\" id=\"page-data\">{}</script>\n", safe);
}

// A column's name in the address and in the page: "final score" -> "final-score".
std::string column_key(const std::string& title) {
  std::string key;
  for (const char c : title) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    key += is_plain || c == '.' || c == '_' ? c : '-';
  }
  return key;
}

// A list of all values of a column, the first of which is "all of them".
std::string choice_list(const WebTable& table, std::size_t column) {
  std::set<std::string> values;
  for (const auto& row : table.rows) values.insert(row.at(column).value);
  if (values.size() < 2) return "";
  const std::string title = html_text(table.columns[column].title);
  std::string out = fmt::format(
      "<label>{} <select data-table=\"{}\" data-column=\"{}\"><option value=\"\">all</option>",
      title, html_text(table.id), column);
  for (const std::string& value : values) {
    if (value.empty()) continue;
    out += fmt::format("<option value=\"{0}\">{0}</option>", html_text(value));
  }
  return out + "</select></label>\n";
}

std::string table_head(const WebTable& table) {
  std::string out = "<thead><tr>";
  for (const WebTable::Column& column : table.columns) {
    const std::string kind = column.is_number ? " class=\"number\"" : "";
    if (column.title.empty()) {
      out += fmt::format("<th{}></th>", kind);
      continue;
    }
    out += fmt::format(
        "<th{} scope=\"col\" aria-sort=\"none\" data-key=\"{}\"><button type=\"button\">{}</button>"
        "</th>",
        kind, column_key(column.title), html_text(column.title));
  }
  return out + "</tr></thead>\n";
}

std::string table_row(const WebTable& table, std::size_t row) {
  std::string out = "<tr";
  if (!table.row_ids.empty()) out += fmt::format(" id=\"{}\"", html_text(table.row_ids.at(row)));
  out += ">";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const WebTable::Cell& cell = table.rows[row].at(i);
    out += fmt::format("<td{} data-value=\"{}\">{}</td>",
                       table.columns[i].is_number ? " class=\"number\"" : "", html_text(cell.value),
                       cell.html);
  }
  return out + "</tr>\n";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : display_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string picture_address(const Picture& picture, int longest, int fidelity) {
  return "data:image/jpeg;base64," + to_base64(jpeg_bytes(shrunk(picture, longest), fidelity, {}));
}

std::string web_table(const WebTable& table) {
  std::string out = fmt::format(
      "<div class=\"tools\" id=\"{0}-tools\">\n"
      "<label>find <input type=\"search\" data-table=\"{0}\"></label>\n",
      html_text(table.id));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].has_choices) out += choice_list(table, i);
  }
  out += fmt::format(
      "<output data-table=\"{0}\">{1} of {1}</output>\n</div>\n"
      "<div class=\"wide\"><table class=\"sorted\" id=\"{0}\">\n",
      html_text(table.id), table.rows.size());
  out += table_head(table) + "<tbody>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) out += table_row(table, row);
  return out + "</tbody></table></div>\n";
}

std::string web_page(const WebPage& page) {
  const std::string script = std::string(kWebPageScript) + page.script;
  const std::string policy =
      fmt::format("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{}'",
                  source_hash(script));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n{}\n{}<script>{}</script>\n"
      "</body>\n</html>\n",
      policy, html_text(page.title), kWebPageStyle, page.style, page.body, data_block(page.data),
      script);
}

}  // namespace pincel
