// SPDX-License-Identifier: MIT
#include "commands/picture_comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/picture_metadata.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/resample.h"
#include "prompts/prompt.h"
#include "scenes/sheet.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The finished picture of a run's folder.
fs::path picture_in(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : {"picture.png", "picture.webp", "picture.jpg"}) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  fail(ExitCode::missing_input,
       "{}: a folder without a finished picture; expected one that 'pincel paint' wrote",
       folder.string());
}

// The seconds that a run's log says it took, those of earlier processes included.
std::optional<double> logged_seconds(const fs::path& log) {
  std::optional<double> seconds;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool tells = json.is_object() && json.contains("seconds") && json["seconds"].is_number();
    if (tells) seconds = json["seconds"].get<double>();
  }
  return seconds;
}

Json known_number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json compared_json(const ComparedPicture& of) {
  return {{"picture", of.path.string()},
          {"prompt", of.prompt},
          {"width", of.picture.width},
          {"height", of.picture.height},
          {"score", known_number(of.run.score)},
          {"loss", known_number(of.run.loss)},
          {"seconds", known_number(of.run.seconds)}};
}

std::string label_of(const ComparedPicture& of, const char* letter) {
  std::string label = std::string(letter);
  label += " " + display_text(of.prompt.empty() ? of.path.filename().string() : of.prompt);
  if (of.run.score) label += fmt::format(", score {:.3f}", *of.run.score);
  return label;
}

}  // namespace

ComparedPicture read_compared(const fs::path& path) {
  std::error_code ignored;
  ComparedPicture of;
  of.path = fs::is_directory(path, ignored) ? picture_in(path) : path;
  of.picture = decode_picture(of.path);
  try {
    const PictureMetadata metadata = read_picture_metadata(of.path);
    of.prompt = metadata.prompt;
    of.settings = flat_settings(metadata.config);
    of.run.steps = metadata.steps;
    for (const UsedFile& file : metadata.files) {
      of.settings.emplace_back("sha256 of " + file.role, file.sha256.substr(0, 12));
    }
  } catch (const Error&) {
    // Not one of ours: only its pixels are compared.
  }
  const fs::path log = of.path.parent_path() / "log.jsonl";
  if (of.settings.empty() || !fs::is_regular_file(log, ignored)) return of;
  of.run.curve = read_loss_curve(log);
  if (!of.run.curve.empty()) of.run.loss = of.run.curve.back().loss;
  of.run.seconds = logged_seconds(log);
  return of;
}

std::optional<PixelDifference> pixel_difference(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height) return std::nullopt;
  PixelDifference difference;
  double squares = 0;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < a.rgb.size(); i += 3) {
    bool is_changed = false;
    for (std::size_t c = 0; c < 3; ++c) {
      const int apart = std::abs(int{a.rgb[i + c]} - int{b.rgb[i + c]});
      difference.mean += apart;
      squares += apart * apart;
      difference.largest = std::max(difference.largest, apart);
      is_changed = is_changed || apart > 0;
    }
    changed += is_changed ? 1 : 0;
  }
  const auto count = static_cast<double>(a.rgb.size());
  difference.mean /= count;
  difference.changed = 3 * static_cast<double>(changed) / count;
  difference.psnr = squares > 0 ? 10 * std::log10(255.0 * 255.0 * count / squares)
                                : std::numeric_limits<double>::infinity();
  return difference;
}

Picture difference_picture(const Picture& a, const Picture& b) {
  Picture apart = a;
  int largest = 1;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) {
    const int value = std::abs(int{a.rgb[i]} - int{b.rgb.at(i)});
    apart.rgb[i] = static_cast<std::uint8_t>(value);
    largest = std::max(largest, value);
  }
  for (std::uint8_t& value : apart.rgb) value = static_cast<std::uint8_t>(value * 255 / largest);
  return apart;
}

std::vector<SettingDifference> setting_differences(const FlatSettings& a, const FlatSettings& b) {
  const std::map<std::string, std::string> of_a(a.begin(), a.end());
  const std::map<std::string, std::string> of_b(b.begin(), b.end());
  std::vector<SettingDifference> differences;
  for (const auto& [name, value] : a) {
    const auto other = of_b.find(name);
    if (other == of_b.end()) differences.push_back({name, value, ""});
    if (other != of_b.end() && other->second != value) {
      differences.push_back({name, value, other->second});
    }
  }
  for (const auto& [name, value] : b) {
    if (!of_a.contains(name)) differences.push_back({name, "", value});
  }
  return differences;
}

Comparison compare_pictures(ComparedPicture a, ComparedPicture b) {
  Comparison of{.a = std::move(a), .b = std::move(b), .pixels = {}, .settings = {}};
  of.pixels = pixel_difference(of.a.picture, of.b.picture);
  const bool are_both_ours = !of.a.settings.empty() && !of.b.settings.empty();
  if (are_both_ours) of.settings = setting_differences(of.a.settings, of.b.settings);
  return of;
}

std::string comparison_json(const Comparison& of) {
  Json json{{"a", compared_json(of.a)}, {"b", compared_json(of.b)}};
  json["pixels"] = nullptr;
  if (of.pixels) {
    json["pixels"] = {{"mean", of.pixels->mean},
                      {"psnr", known_number(of.pixels->psnr)},
                      {"largest", of.pixels->largest},
                      {"changed", of.pixels->changed}};
  }
  json["settings"] = Json::object();
  for (const SettingDifference& setting : of.settings) {
    json["settings"][setting.name] = {setting.a, setting.b};
  }
  return json_text(json);
}

Picture comparison_sheet(const Comparison& of, int longest) {
  std::vector<Picture> pictures{shrunk(of.a.picture, longest), shrunk(of.b.picture, longest)};
  std::vector<std::string> labels{label_of(of.a, "A:"), label_of(of.b, "B:")};
  if (of.pixels) {
    pictures.push_back(shrunk(difference_picture(of.a.picture, of.b.picture), longest));
    labels.push_back(fmt::format("difference (largest {} of 255, brightened)", of.pixels->largest));
  }
  return contact_sheet(pictures, labels, 3);
}

}  // namespace pincel
