// SPDX-License-Identifier: MIT
#include "scenes/sheet.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "scenes/words.h"

namespace pincel {
namespace {

constexpr const char* kFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
constexpr int kLetters = 11, kLine = 14, kLines = 4, kGap = 6;  // pixels

// Draws lines of small text; draws nothing where the font is missing.
class Pen {
 public:
  Pen() {
    if (!std::filesystem::is_regular_file(kFont) || FT_Init_FreeType(&library_) != 0) return;
    if (FT_New_Face(library_, kFont, 0, &face_) != 0) face_ = nullptr;
    if (face_ != nullptr) FT_Set_Pixel_Sizes(face_, 0, kLetters);
  }
  ~Pen() {
    if (face_ != nullptr) FT_Done_Face(face_);
    if (library_ != nullptr) FT_Done_FreeType(library_);
  }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;

  bool writes() const { return face_ != nullptr; }

  int width(const std::string& text) const {
    int sum = 0;
    for (const char32_t point : points(text))
      if (FT_Load_Char(face_, point, FT_LOAD_DEFAULT) == 0)
        sum += static_cast<int>(face_->glyph->advance.x >> 6);
    return sum;
  }

  void write(Picture& sheet, const std::string& text, int x, int baseline) const {
    for (const char32_t point : points(text)) {
      if (FT_Load_Char(face_, point, FT_LOAD_RENDER) != 0) continue;
      const FT_GlyphSlot glyph = face_->glyph;
      for (unsigned row = 0; row < glyph->bitmap.rows; ++row)
        for (unsigned column = 0; column < glyph->bitmap.width; ++column)
          darken(sheet, x + glyph->bitmap_left + static_cast<int>(column),
                 baseline - glyph->bitmap_top + static_cast<int>(row),
                 glyph->bitmap.buffer[row * static_cast<unsigned>(glyph->bitmap.pitch) + column]);
      x += static_cast<int>(glyph->advance.x >> 6);
    }
  }

 private:
  static std::u32string points(const std::string& text) {
    std::u32string out;
    for (const char byte : text) {
      const auto value = static_cast<unsigned char>(byte);
      if ((value & 0xC0) == 0x80 && !out.empty()) {
        out.back() = (out.back() << 6) | (value & 0x3Fu);
      } else {
        const unsigned mask =
            value < 0x80 ? 0x7F : (value < 0xE0 ? 0x1F : (value < 0xF0 ? 0x0F : 7));
        out.push_back(value & mask);
      }
    }
    return out;
  }

  static void darken(Picture& sheet, int x, int y, int ink) {
    if (x < 0 || y < 0 || x >= sheet.width || y >= sheet.height) return;
    std::uint8_t* rgb = sheet.rgb.data() + (static_cast<std::size_t>(y) * sheet.width + x) * 3;
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>(rgb[c] * (255 - ink) / 255);
  }

  FT_Library library_ = nullptr;
  FT_Face face_ = nullptr;
};

std::vector<std::string> wrapped(const Pen& pen, const std::string& text, int width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : split(text, " ")) {
    const std::string longer = lines.back().empty() ? word : lines.back() + " " + word;
    if (pen.width(longer) <= width || lines.back().empty()) {
      lines.back() = longer;
    } else {
      lines.push_back(word);
    }
  }
  if (lines.size() > kLines) {
    lines.resize(kLines);
    lines.back() += "…";
  }
  return lines;
}

}  // namespace

Picture contact_sheet(const std::vector<Picture>& pictures, const std::vector<std::string>& labels,
                      int columns) {
  require(!pictures.empty() && columns > 0, ExitCode::bad_value,
          "a sheet of {} pictures in {} columns: both have to be 1 or more", pictures.size(),
          columns);
  const Pen pen;
  int width = 0, height = 0;
  for (const Picture& picture : pictures) {
    width = std::max(width, picture.width);
    height = std::max(height, picture.height);
  }
  const int label = pen.writes() && !labels.empty() ? kLines * kLine : 0;
  const int across = std::min(columns, static_cast<int>(pictures.size()));
  const int rows = (static_cast<int>(pictures.size()) + across - 1) / across;
  const int cell_width = std::max(width, label > 0 ? 112 : 1) + kGap;
  const int cell_height = height + label + kGap;
  Picture sheet{across * cell_width + kGap, rows * cell_height + kGap, {}};
  sheet.rgb.assign(static_cast<std::size_t>(sheet.width) * sheet.height * 3, 255);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Picture& picture = pictures[i];
    const int left = kGap + static_cast<int>(i) % across * cell_width;
    const int top = kGap + static_cast<int>(i) / across * cell_height;
    for (int y = 0; y < picture.height; ++y)
      std::copy_n(
          picture.rgb.begin() + static_cast<std::ptrdiff_t>(y) * picture.width * 3,
          picture.width * 3,
          sheet.rgb.begin() + (static_cast<std::ptrdiff_t>(top + y) * sheet.width + left) * 3);
    if (label == 0 || i >= labels.size()) continue;
    int baseline = top + height + kLetters + 1;
    for (const std::string& line : wrapped(pen, labels[i], cell_width - kGap)) {
      pen.write(sheet, line, left, baseline);
      baseline += kLine;
    }
  }
  return sheet;
}

}  // namespace pincel
