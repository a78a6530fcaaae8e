// SPDX-License-Identifier: MIT
#include "commands/search_results.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "commands/web_page.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/picture.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

constexpr int kSmallCopy = 224;  // pixels of the longer side

constexpr const char* kSearchStyle =
    ".found{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem;"
    "padding:0;list-style:none}"
    ".found figure{margin:0}"
    ".found img{width:100%;height:14rem;object-fit:contain;display:block}"
    ".found figcaption{overflow-wrap:anywhere;font-size:.9rem}"
    ".found .gone{height:14rem;display:grid;place-items:center;text-align:center}";

using nlohmann::ordered_json;

std::string first_file(const FoundPicture& picture) {
  return picture.files.empty() ? "(no file holds it any more)"
                               : display_text(picture.files.front().string());
}

// A number, a score and a name; below it the other files of the same content.
std::string picture_lines(const FoundPicture& picture, const std::string& number) {
  std::string lines =
      fmt::format("{:>4}  {:6.3f}  {}\n", number, picture.score, first_file(picture));
  for (std::size_t i = 1; i < picture.files.size(); ++i) {
    lines += fmt::format("{:>4}  {:>6}  {}\n", "", "same", display_text(picture.files[i].string()));
  }
  return lines;
}

ordered_json json_of(const FoundPicture& picture) {
  ordered_json files = ordered_json::array();
  for (const auto& file : picture.files) files.push_back(file.string());
  return {{"score", picture.score},
          {"files", std::move(files)},
          {"width", picture.width},
          {"height", picture.height}};
}

std::string figure(const FoundPicture& picture) {
  std::string html = "<li><figure>";
  try {
    require(!picture.files.empty(), ExitCode::missing_input, "no file");
    html += fmt::format("<img alt=\"\" src=\"{}\">",
                        picture_address(decode_picture(picture.files.front()), kSmallCopy));
  } catch (const Error&) {
    html += "<div class=\"gone\">cannot be read any more</div>";
  }
  html +=
      fmt::format("<figcaption><b>{:.3f}</b> {}", picture.score, html_text(first_file(picture)));
  for (std::size_t i = 1; i < picture.files.size(); ++i) {
    html += fmt::format("<br>same: {}", html_text(picture.files[i].string()));
  }
  html += fmt::format("<br>{} x {}</figcaption></figure></li>\n", picture.width, picture.height);
  return html;
}

}  // namespace

std::string picture_table(const std::vector<FoundPicture>& pictures) {
  if (pictures.empty()) return "nothing found\n";
  std::string text;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    text += picture_lines(pictures[i], std::to_string(i + 1));
  }
  return text;
}

std::string picture_json(const std::vector<FoundPicture>& pictures) {
  ordered_json list = ordered_json::array();
  for (const FoundPicture& picture : pictures) list.push_back(json_of(picture));
  return json_text(list) + "\n";
}

std::string group_table(const std::vector<NearGroup>& groups) {
  if (groups.empty()) return "no two pictures are that near to each other\n";
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const FoundPicture& picture : groups[i].pictures) {
      text += picture_lines(picture, std::to_string(i + 1));
    }
  }
  return text;
}

std::string group_json(const std::vector<NearGroup>& groups) {
  ordered_json list = ordered_json::array();
  for (const NearGroup& group : groups) {
    ordered_json pictures = ordered_json::array();
    for (const FoundPicture& picture : group.pictures) pictures.push_back(json_of(picture));
    list.push_back({{"score", group.score}, {"pictures", std::move(pictures)}});
  }
  return json_text(list) + "\n";
}

std::string caption_table(const std::vector<CaptionScore>& captions) {
  if (captions.empty()) return "nothing found\n";
  std::string text;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    text += fmt::format("{:>4}  {:6.3f}  {}\n", i + 1, captions[i].score,
                        display_text(captions[i].caption));
  }
  return text;
}

std::string caption_json(const std::vector<CaptionScore>& captions) {
  ordered_json list = ordered_json::array();
  for (const CaptionScore& one : captions) {
    list.push_back({{"score", one.score}, {"caption", one.caption}});
  }
  return json_text(list) + "\n";
}

void write_search_page(const std::filesystem::path& path, const std::string& title,
                       const std::vector<NearGroup>& groups) {
  AtomicFile file(path);
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(title));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups.size() > 1) body += fmt::format("<h2>{}</h2>\n", i + 1);
    body += "<ol class=\"found\">\n";
    for (const FoundPicture& picture : groups[i].pictures) body += figure(picture);
    body += "</ol>\n";
  }
  file.write(web_page({.title = title, .body = body, .style = kSearchStyle}));
  file.commit();
}

}  // namespace pincel
