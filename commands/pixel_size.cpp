// SPDX-License-Identifier: MIT
#include "commands/pixel_size.h"

#include <charconv>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

std::int64_t parse_side(std::string_view text, const std::string& whole) {
  std::int64_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  require(is_number && side >= 1 && side <= kMaxSide, ExitCode::bad_value,
          "--size is '{}', expected WxH with sides from 1 to {}, as in 256x192", printable(whole),
          kMaxSide);
  return side;
}

}  // namespace

PixelSize parse_size(const std::string& text) {
  const std::string_view whole = text;
  const std::size_t cross = whole.find('x');
  const std::int64_t width = parse_side(whole.substr(0, cross), text);
  if (cross == std::string_view::npos) return {width, width};
  return {width, parse_side(whole.substr(cross + 1), text)};
}

}  // namespace pincel
