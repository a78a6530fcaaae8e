// SPDX-License-Identifier: MIT
// A comparison as a text for a terminal and as a page.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "commands/picture_comparison.h"
#include "commands/web_page.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

struct ComparedLine {
  std::string name, a, b;
};

std::string known_value(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

// What is known of both, the same lines for text and page.
std::vector<ComparedLine> compared_lines(const Comparison& of) {
  const auto size = [](const Picture& picture) {
    return fmt::format("{}x{}", picture.width, picture.height);
  };
  const auto prompt = [](const ComparedPicture& picture) {
    return picture.prompt.empty() ? std::string("-") : display_text(picture.prompt);
  };
  const auto steps = [](const ComparedPicture& picture) {
    return picture.settings.empty() ? std::string("-") : std::to_string(picture.run.steps);
  };
  return {
      {"prompt", prompt(of.a), prompt(of.b)},
      {"size", size(of.a.picture), size(of.b.picture)},
      {"steps", steps(of.a), steps(of.b)},
      {"score", known_value(of.a.run.score, 4), known_value(of.b.run.score, 4)},
      {"loss", known_value(of.a.run.loss, 4), known_value(of.b.run.loss, 4)},
      {"seconds of its pass", known_value(of.a.run.seconds, 1), known_value(of.b.run.seconds, 1)}};
}

std::string pixels_in_words(const Comparison& of) {
  if (!of.pixels) return "not compared: the sizes differ";
  if (of.pixels->largest == 0) return "equal, every one of them";
  return fmt::format("PSNR {:.1f} dB, mean difference {:.2f} of 255, largest {}, {:.1f} % changed",
                     of.pixels->psnr, of.pixels->mean, of.pixels->largest,
                     100 * of.pixels->changed);
}

std::string settings_in_words(const Comparison& of) {
  if (of.a.settings.empty() || of.b.settings.empty()) {
    const std::string& other = (of.a.settings.empty() ? of.a : of.b).path.string();
    return other + " carries no settings of 'pincel paint'";
  }
  return of.settings.empty() ? "all the same" : "";
}

std::string figure(const std::string& caption, const Picture& picture) {
  return fmt::format("<figure><img src=\"{}\" alt=\"{}\"><figcaption>{}</figcaption></figure>\n",
                     picture_address(picture, 512, 90), html_text(caption), html_text(caption));
}

std::string table_of(const std::vector<ComparedLine>& lines, const char* id) {
  std::string out = fmt::format(
      "<div class=\"wide\"><table id=\"{}\"><thead><tr><th></th><th>A</th><th>B</th></tr></thead>"
      "<tbody>\n",
      id);
  for (const ComparedLine& line : lines) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                       html_text(line.name), html_text(line.a), html_text(line.b));
  }
  return out + "</tbody></table></div>\n";
}

std::vector<ComparedLine> setting_lines(const Comparison& of) {
  std::vector<ComparedLine> lines;
  for (const SettingDifference& setting : of.settings) {
    lines.push_back({setting.name, display_text(setting.a), display_text(setting.b)});
  }
  return lines;
}

// Three columns, each as wide as it needs to be, within reason.
std::string columns(const std::vector<ComparedLine>& lines) {
  std::size_t name = 0, a = 0;
  for (const ComparedLine& line : lines) {
    name = std::max(name, line.name.size());
    a = std::max(a, std::min<std::size_t>(line.a.size(), 48));
  }
  std::string out;
  for (const ComparedLine& line : lines) {
    out += fmt::format("  {:<{}}  {:<{}}  {}\n", line.name, name, line.a, a, line.b);
  }
  return out;
}

}  // namespace

std::string comparison_text(const Comparison& of) {
  std::string text = fmt::format("A  {}\nB  {}\n\n", display_text(of.a.path.string()),
                                 display_text(of.b.path.string()));
  text += columns(compared_lines(of));
  text += fmt::format("\npixels: {}\n", pixels_in_words(of));
  text += fmt::format("settings that differ: {}\n", settings_in_words(of));
  return text + columns(setting_lines(of));
}

std::string comparison_page(const Comparison& of) {
  std::string body = "<h1>Two pictures</h1>\n<div class=\"pair\">\n";
  body += figure("A: " + of.a.path.string(), of.a.picture);
  body += figure("B: " + of.b.path.string(), of.b.picture);
  if (of.pixels && of.pixels->largest > 0) {
    body += figure("their difference, brightened", difference_picture(of.a.picture, of.b.picture));
  }
  body += "</div>\n" + table_of(compared_lines(of), "known");
  body += fmt::format("<p id=\"pixels\">Pixels: {}.</p>\n<h2>Settings that differ</h2>\n",
                      html_text(pixels_in_words(of)));
  const std::string words = settings_in_words(of);
  body += words.empty() ? table_of(setting_lines(of), "settings")
                        : fmt::format("<p>{}.</p>\n", html_text(words));
  return web_page({.title = "Two pictures",
                   .body = body,
                   .style =
                       ".pair { display: flex; flex-wrap: wrap; gap: 1rem; margin: .8rem 0; }\n"
                       "figure { margin: 0; max-width: 24rem; }\nfigure img { width: 24rem; }\n"
                       "figcaption { overflow-wrap: anywhere; }\n"});
}

}  // namespace pincel
