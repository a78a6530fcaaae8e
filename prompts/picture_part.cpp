// SPDX-License-Identifier: MIT
#include "prompts/picture_part.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/moment.h"

namespace pincel {
namespace {

[[noreturn]] void refuse(const PicturePart& part, const Picture& picture) {
  fail(ExitCode::bad_value,
       "{}: '#{}' is no part of a picture of {}x{}; expected x,y,w,h inside it, in pixels or "
       "percent, as in #0,0,50%,100%",
       part.file, printable(part.part), picture.width, picture.height);
}

// Pixels, or a share of `side`.
bool read_length(std::string_view text, int side, double& pixels) {
  text = trimmed(text);
  const bool is_percent = text.ends_with('%');
  if (is_percent) text.remove_suffix(1);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, pixels);
  if (error != std::errc() || stop != end || !std::isfinite(pixels)) return false;
  if (is_percent) pixels *= side / 100.0;
  return true;
}

}  // namespace

PicturePart picture_part(std::string_view text) {
  const std::size_t mark = text.rfind('#');
  if (mark == text.npos) return {std::string(trimmed(text)), ""};
  const std::string_view part = trimmed(text.substr(mark + 1));
  if (part.find_first_not_of("0123456789.,% -") != part.npos || part.empty()) {
    return {std::string(trimmed(text)), ""};  // the mark belongs to the file's name
  }
  return {std::string(trimmed(text.substr(0, mark))), std::string(part)};
}

Picture cut_out(const Picture& picture, const PicturePart& part) {
  if (part.part.empty()) return picture;
  std::array<double, 4> box = {};  // x, y, w, h
  std::string_view rest = part.part;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const int side = i % 2 == 0 ? picture.width : picture.height;
    if (!read_length(rest.substr(0, comma), side, box.at(i))) refuse(part, picture);
    if ((comma == rest.size()) != (i == 3)) refuse(part, picture);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (box[0] < 0 || box[1] < 0 || box[2] <= 0 || box[3] <= 0 ||
      box[0] + box[2] > picture.width + 0.5 || box[1] + box[3] > picture.height + 0.5) {
    refuse(part, picture);
  }
  const int left = std::min(static_cast<int>(std::lround(box[0])), picture.width - 1);
  const int top = std::min(static_cast<int>(std::lround(box[1])), picture.height - 1);
  const int right =
      std::clamp(static_cast<int>(std::lround(box[0] + box[2])), left + 1, picture.width);
  const int bottom =
      std::clamp(static_cast<int>(std::lround(box[1] + box[3])), top + 1, picture.height);
  Picture cut{right - left, bottom - top, {}};
  for (int y = top; y < bottom; ++y) {
    const auto row = picture.rgb.begin() + static_cast<std::ptrdiff_t>(y) * picture.width * 3;
    cut.rgb.insert(cut.rgb.end(), row + static_cast<std::ptrdiff_t>(left) * 3,
                   row + static_cast<std::ptrdiff_t>(right) * 3);
  }
  return cut;
}

}  // namespace pincel
