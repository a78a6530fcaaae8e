// SPDX-License-Identifier: MIT
#include "scenes/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "core/error.h"
#include "scenes/colors.h"
#include "scenes/shapes.h"

namespace pincel {
namespace {

constexpr int kShapeSide = 128;  // pixels, like the font's strike

// The part of a bitmap that is not transparent, with a margin of one pixel where there is one.
Bitmap cropped(const Bitmap& from) {
  int left = from.width, right = -1, top = from.height, bottom = -1;
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      if (from.rgba[(static_cast<std::size_t>(y) * from.width + x) * 4 + 3] < 8) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  if (right < 0) return from;
  left = std::max(left - 1, 0);
  top = std::max(top - 1, 0);
  right = std::min(right + 1, from.width - 1);
  bottom = std::min(bottom + 1, from.height - 1);
  Bitmap to{right - left + 1, bottom - top + 1, {}};
  to.rgba.reserve(static_cast<std::size_t>(to.width) * to.height * 4);
  for (int y = top; y <= bottom; ++y) {
    const auto row = from.rgba.begin() + (static_cast<std::ptrdiff_t>(y) * from.width + left) * 4;
    to.rgba.insert(to.rgba.end(), row, row + static_cast<std::ptrdiff_t>(to.width) * 4);
  }
  return to;
}

// Half the size by averaging 2x2; beyond the edge is transparent.
Bitmap halved(const Bitmap& from) {
  Bitmap to{(from.width + 1) / 2, (from.height + 1) / 2, {}};
  to.rgba.resize(static_cast<std::size_t>(to.width) * to.height * 4);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      for (int c = 0; c < 4; ++c) {
        int sum = 2;
        for (int k = 0; k < 4; ++k) {
          const int sx = x * 2 + k % 2, sy = y * 2 + k / 2;
          if (sx < from.width && sy < from.height)
            sum += from.rgba[(static_cast<std::size_t>(sy) * from.width + sx) * 4 + c];
        }
        to.rgba[(static_cast<std::size_t>(y) * to.width + x) * 4 + c] =
            static_cast<std::uint8_t>(sum / 4);
      }
    }
  }
  return to;
}

// Mean colour, share of colourful pixels and the one ruling colour of the opaque part.
void measure(Glyph& glyph) {
  const Bitmap& map = glyph.levels[1];
  std::array<int, 11> votes{};
  std::array<double, 3> sum{};
  int opaque = 0, colorful = 0;
  for (std::size_t i = 0; i + 3 < map.rgba.size(); i += 4) {
    if (map.rgba[i + 3] < 128) continue;
    const float alpha = static_cast<float>(map.rgba[i + 3]);
    const Rgb rgb = {static_cast<float>(map.rgba[i]) / alpha,
                     static_cast<float>(map.rgba[i + 1]) / alpha,
                     static_cast<float>(map.rgba[i + 2]) / alpha};
    for (std::size_t c = 0; c < 3; ++c) sum[c] += rgb[c];
    ++opaque;
    colorful += std::max({rgb[0], rgb[1], rgb[2]}) - std::min({rgb[0], rgb[1], rgb[2]}) > 0.2f;
    ++votes[static_cast<std::size_t>(nearest_basic_color(rgb))];
  }
  if (opaque == 0) return;
  for (std::size_t c = 0; c < 3; ++c) glyph.mean[c] = static_cast<float>(sum[c] / opaque);
  glyph.colorful = static_cast<float>(colorful) / static_cast<float>(opaque);
  const auto best = std::max_element(votes.begin(), votes.end());
  if (*best * 100 >= opaque * 70) glyph.own_color = static_cast<int>(best - votes.begin());
}

Glyph make_glyph(const Bitmap& drawn) {
  Glyph glyph;
  glyph.levels[0] = cropped(drawn);
  glyph.levels[1] = halved(glyph.levels[0]);
  glyph.levels[2] = halved(glyph.levels[1]);
  measure(glyph);
  return glyph;
}

}  // namespace

struct GlyphBook::Font {
  struct Slot {
    unsigned index = 0;  // glyph of the font, when `shape` is empty
    std::string shape;
    std::once_flag once;
    Glyph glyph;
  };

  FT_Library library = nullptr;
  FT_Face face = nullptr;
  hb_font_t* shaper = nullptr;
  hb_buffer_t* buffer = nullptr;
  std::mutex drawing;  // FreeType's face is one thread's at a time
  std::deque<Slot> slots;

  Font() = default;
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;
  ~Font() {
    hb_buffer_destroy(buffer);
    hb_font_destroy(shaper);
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }

  Bitmap decode(unsigned index) {
    const std::lock_guard<std::mutex> lock(drawing);
    require(FT_Load_Glyph(face, index, FT_LOAD_COLOR) == 0, ExitCode::bad_data,
            "the emoji font cannot draw its glyph {}: reinstall fonts-noto-color-emoji", index);
    const FT_Bitmap& map = face->glyph->bitmap;
    require(map.pixel_mode == FT_PIXEL_MODE_BGRA, ExitCode::bad_data,
            "glyph {} of the emoji font has no colours: install fonts-noto-color-emoji", index);
    Bitmap to{static_cast<int>(map.width), static_cast<int>(map.rows), {}};
    to.rgba.resize(static_cast<std::size_t>(to.width) * to.height * 4);
    for (int y = 0; y < to.height; ++y) {
      const std::uint8_t* from = map.buffer + static_cast<std::ptrdiff_t>(y) * map.pitch;
      std::uint8_t* row = to.rgba.data() + static_cast<std::size_t>(y) * to.width * 4;
      for (int x = 0; x < to.width; ++x, from += 4, row += 4) {
        row[0] = from[2];
        row[1] = from[1];
        row[2] = from[0];
        row[3] = from[3];
      }
    }
    return to;
  }
};

GlyphBook::GlyphBook(const std::filesystem::path& font) : font_(std::make_unique<Font>()) {
  std::error_code ignored;
  require(std::filesystem::is_regular_file(font, ignored), ExitCode::missing_input,
          "{}: no such font: install the Debian package fonts-noto-color-emoji", font.string());
  require(FT_Init_FreeType(&font_->library) == 0, ExitCode::internal, "FreeType does not start");
  require(FT_New_Face(font_->library, font.c_str(), 0, &font_->face) == 0 &&
              FT_HAS_COLOR(font_->face) && font_->face->num_fixed_sizes > 0 &&
              FT_Select_Size(font_->face, 0) == 0,
          ExitCode::bad_data,
          "{}: not a font of colour bitmaps: install the Debian package fonts-noto-color-emoji",
          font.string());
  hb_blob_t* blob = hb_blob_create_from_file(font.c_str());
  hb_face_t* face = hb_face_create(blob, 0);
  font_->shaper = hb_font_create(face);
  font_->buffer = hb_buffer_create();
  hb_face_destroy(face);
  hb_blob_destroy(blob);
}

GlyphBook::~GlyphBook() = default;
GlyphBook::GlyphBook(GlyphBook&&) noexcept = default;
GlyphBook& GlyphBook::operator=(GlyphBook&&) noexcept = default;

int GlyphBook::add(const std::string& sequence) {
  hb_buffer_clear_contents(font_->buffer);
  hb_buffer_add_utf8(font_->buffer, sequence.data(), static_cast<int>(sequence.size()), 0, -1);
  hb_buffer_guess_segment_properties(font_->buffer);
  hb_shape(font_->shaper, font_->buffer, nullptr, 0);
  unsigned count = 0;
  const hb_glyph_info_t* glyphs = hb_buffer_get_glyph_infos(font_->buffer, &count);
  if (count != 1 || glyphs[0].codepoint == 0) return -1;
  font_->slots.emplace_back().index = glyphs[0].codepoint;
  return static_cast<int>(font_->slots.size()) - 1;
}

int GlyphBook::add_shape(const std::string& name) {
  font_->slots.emplace_back().shape = name;
  return static_cast<int>(font_->slots.size()) - 1;
}

const Glyph& GlyphBook::at(int number) const {
  Font::Slot& slot = font_->slots[static_cast<std::size_t>(number)];
  std::call_once(slot.once, [&] {
    slot.glyph = make_glyph(slot.shape.empty() ? font_->decode(slot.index)
                                               : draw_shape(slot.shape, kShapeSide));
  });
  return slot.glyph;
}

}  // namespace pincel
