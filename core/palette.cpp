// SPDX-License-Identifier: MIT
#include "core/palette.h"

#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/colour_names.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/oklab.h"
#include "core/ops/nearest_code.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxColours = 1024;
constexpr std::size_t kSteps = 16;           // where no number is given
constexpr std::size_t kMaxOwnColours = 255;  // of a picture that is a palette itself
constexpr std::string_view kForms =
    "a name as 'navy', '#rgb', '#rrggbb', '(r+g+b)' of 0 to 255 or '[r+g+b]' of 0 to 1";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(by); at != std::string_view::npos; at = text.find(by)) {
    parts.push_back(trimmed(text.substr(0, at)));
    text.remove_prefix(at + by.size());
  }
  parts.push_back(trimmed(text));
  return parts;
}

// Lower case, without what people put between words.
std::string plain_name(std::string_view text) {
  std::string name;
  for (const char letter : text) {
    if (letter == ' ' || letter == '-' || letter == '_') continue;
    name += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return name;
}

Colour colour_of(std::uint32_t rgb) {
  return {(rgb >> 16 & 0xFF) / 255.0, (rgb >> 8 & 0xFF) / 255.0, (rgb & 0xFF) / 255.0};
}

std::optional<Colour> hex_colour(std::string_view digits) {
  std::string six(digits);
  if (digits.size() == 3) six = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
  std::uint32_t rgb = 0;
  const char* end = six.data() + six.size();
  const auto [stop, error] = std::from_chars(six.data(), end, rgb, 16);
  if (six.size() != 6 || error != std::errc() || stop != end) return std::nullopt;
  return colour_of(rgb);
}

// "r+g+b", each from 0 to `most`.
std::optional<Colour> sum_colour(std::string_view text, double most) {
  const auto parts = split(text, "+");
  if (parts.size() != 3) return std::nullopt;
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, colour[i]);
    const bool is_number = !parts[i].empty() && error == std::errc() && stop == end;
    if (!is_number || !(colour[i] >= 0 && colour[i] <= most)) return std::nullopt;
    colour[i] /= most;
  }
  return colour;
}

std::optional<Colour> known_colour(std::string_view text) {
  if (text.starts_with('#')) return hex_colour(text.substr(1));
  if (text.starts_with('(') && text.ends_with(')')) {
    return sum_colour(text.substr(1, text.size() - 2), 255);
  }
  if (text.starts_with('[') && text.ends_with(']')) {
    return sum_colour(text.substr(1, text.size() - 2), 1);
  }
  const std::string name = plain_name(text);
  for (const NamedColour& colour : named_colours()) {
    if (colour.name == name) return colour_of(colour.rgb);
  }
  return std::nullopt;
}

[[noreturn]] void refuse_colour(std::string_view text, const std::string& option) {
  std::vector<std::string> names;
  for (const NamedColour& colour : named_colours()) names.emplace_back(colour.name);
  for (const NamedPalette& palette : named_palettes()) names.emplace_back(palette.name);
  const std::string near = nearest_name(plain_name(text), names);
  const std::string hint = near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
  fail(ExitCode::bad_value, "{}: '{}' is no colour{}; expected {}", option, printable(text), hint,
       kForms);
}

// `count` colours, evenly along the way through `colours`.
std::vector<Colour> along(const std::vector<Colour>& colours, std::size_t count) {
  std::vector<Colour> steps;
  for (std::size_t i = 0; i < count; ++i) {
    const double way =
        count == 1 ? 0
                   : static_cast<double>(i * (colours.size() - 1)) / static_cast<double>(count - 1);
    const auto from = std::min(static_cast<std::size_t>(way), colours.size() - 1);
    const auto to = std::min(from + 1, colours.size() - 1);
    const double share = way - static_cast<double>(from);
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
      colour[c] = colours[from][c] + share * (colours[to][c] - colours[from][c]);
    }
    steps.push_back(colour);
  }
  return steps;
}

// Cuts "\N" from the end of a section.
std::optional<std::size_t> take_count(std::string_view& section, const std::string& option) {
  const auto slash = section.rfind('\\');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = trimmed(section.substr(slash + 1));
  std::size_t count = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, count);
  const bool is_count = !digits.empty() && error == std::errc() && stop == end;
  require(is_count && count >= 1 && count <= kMaxColours, ExitCode::bad_value,
          "{}: '\\{}' is no number of colours, expected 1 to {}", option, printable(digits),
          kMaxColours);
  section = trimmed(section.substr(0, slash));
  return count;
}

std::vector<Colour> own_colours(const Picture& picture) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i + 2 < picture.rgb.size() && found.size() <= kMaxOwnColours; i += 3) {
    const std::uint32_t rgb = static_cast<std::uint32_t>(picture.rgb[i]) << 16 |
                              static_cast<std::uint32_t>(picture.rgb[i + 1]) << 8 |
                              picture.rgb[i + 2];
    if (std::find(found.begin(), found.end(), rgb) == found.end()) found.push_back(rgb);
  }
  std::vector<Colour> colours;
  for (const std::uint32_t rgb : found) colours.push_back(colour_of(rgb));
  return colours;
}

std::vector<Colour> picture_palette(std::string_view file, std::optional<std::size_t> count) {
  const Picture picture = decode_picture(std::string(file));
  std::vector<Colour> own = own_colours(picture);
  if (own.size() <= count.value_or(kMaxOwnColours)) return own;
  return main_colours(picture, static_cast<std::int64_t>(count.value_or(kSteps)));
}

std::vector<Colour> parse_section(std::string_view section, const std::string& option) {
  require(!section.empty(), ExitCode::bad_value,
          "{}: a palette or a part of one is empty; as in 'pastel' or 'black->navy->white'",
          option);
  const auto count = take_count(section, option);
  if (section.starts_with('@')) return picture_palette(trimmed(section.substr(1)), count);
  const bool is_ramp = section.find("->") != std::string_view::npos;
  const bool is_list = section.starts_with('[') && section.ends_with(']') && !is_ramp &&
                       !sum_colour(section.substr(1, section.size() - 2), 1);
  std::vector<Colour> colours;
  if (is_list) {
    for (const auto& item : split(section.substr(1, section.size() - 2), ",")) {
      colours.push_back(parse_colour(item, option));
    }
    return count ? along(colours, *count) : colours;
  }
  for (const NamedPalette& palette : named_palettes()) {
    if (palette.name != plain_name(section)) continue;
    for (const std::uint32_t rgb : palette.colours) colours.push_back(colour_of(rgb));
    return count ? along(colours, *count) : colours;
  }
  const auto parts = split(section, "->");
  if (parts.size() == 1) colours.push_back({0, 0, 0});
  for (const auto& part : parts) colours.push_back(parse_colour(part, option));
  return along(colours, count.value_or(kSteps));
}

}  // namespace

Colour parse_colour(std::string_view text, const std::string& option) {
  const auto colour = known_colour(trimmed(text));
  if (!colour) refuse_colour(trimmed(text), option);
  return *colour;
}

std::vector<Colour> parse_palette(std::string_view text, const std::string& option) {
  std::vector<Colour> colours;
  for (const auto& section : split(text, ";")) {
    const auto more = parse_section(section, option);
    colours.insert(colours.end(), more.begin(), more.end());
    require(colours.size() <= kMaxColours, ExitCode::bad_value,
            "{}: the palette has more than {} colours", option, kMaxColours);
  }
  return colours;
}

std::string palette_text(const std::vector<Colour>& colours) {
  std::string text;
  for (const Colour& colour : colours) {
    text += text.empty() ? '[' : ',';
    text += '#';
    for (const double value : colour) text += fmt::format("{:02x}", std::lround(value * 255));
  }
  return text + "]";
}

at::Tensor palette_tensor(const std::vector<Colour>& colours) {
  std::vector<float> values;
  for (const Colour& colour : colours) {
    for (const double value : colour) values.push_back(static_cast<float>(value));
  }
  return torch::tensor(values).view({-1, 3});
}

at::Tensor in_colour_space(const at::Tensor& rgb, const std::string& space) {
  return space == "oklab" ? oklab_from_rgb(rgb) : rgb;
}

at::Tensor nearest_colours(const at::Tensor& images, const at::Tensor& palette,
                           const std::string& space) {
  const torch::NoGradGuard no_grad;
  const auto seen = in_colour_space(images.detach(), space).permute({0, 2, 3, 1});
  return ops::nearest_code(seen.reshape({-1, 3}), in_colour_space(palette, space))
      .view({images.size(0), images.size(2), images.size(3)});
}

at::Tensor painted_with(const at::Tensor& palette, const at::Tensor& indices) {
  return torch::embedding(palette, indices).permute({0, 3, 1, 2});
}

}  // namespace pincel
