// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pincel {

// Premultiplied RGBA, 4 bytes a pixel, row by row.
struct Bitmap {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;
};

// A drawn glyph, cropped to what is not transparent, at full, half and quarter size.
struct Glyph {
  std::array<Bitmap, 3> levels;
  std::array<float, 3> mean = {0, 0, 0};  // mean colour of the opaque part, [0, 1]
  float colorful = 0;                     // share of the opaque part that is not near grey
  int own_color = -1;                     // index into colors() when one colour rules, else -1
};

// The colour bitmaps of an emoji font and a few plain shapes. A glyph is decoded at its first use;
// any thread may ask.
class GlyphBook {
 public:
  explicit GlyphBook(const std::filesystem::path& font);
  ~GlyphBook();
  GlyphBook(GlyphBook&&) noexcept;
  GlyphBook& operator=(GlyphBook&&) noexcept;

  // Registers the UTF-8 sequence and returns its number, or -1 when the font does not draw it as
  // exactly one glyph. Not for use once other threads draw.
  int add(const std::string& sequence);

  // Registers a white plain shape by its name ("circle", "triangle", ...).
  int add_shape(const std::string& name);

  const Glyph& at(int number) const;

 private:
  struct Font;
  std::unique_ptr<Font> font_;
};

}  // namespace pincel
