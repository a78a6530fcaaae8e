// SPDX-License-Identifier: MIT
#include "scenes/world.h"

#include "core/error.h"
#include "scenes/backdrops.h"
#include "scenes/caption.h"
#include "scenes/dice.h"
#include "scenes/styles.h"

namespace pincel {
namespace {

constexpr int kMinSide = 16, kMaxSide = 1024;

// Each use of a scene's seed has its own dice, so that a new phrase moves no picture.
enum Use : std::uint64_t { kLayoutDice = 1, kPaintDice = 2, kStyleDice = 3, kWordDice = 4 };

Dice dice_for(std::uint64_t seed, Use use) {
  return Dice(mix64(seed) ^ (use * 0x9e3779b97f4a7c15ull));
}

Language pick_language(Dice& dice) {
  const float at = dice.unit();
  return at < 0.5f ? Language::en : (at < 0.75f ? Language::es : Language::pt);
}

const std::string& english(int color) {
  return colors()[static_cast<std::size_t>(color)].names[0].masculine;
}

std::string describe_ground(const Layout& layout) {
  if (layout.ground == Ground::painted)
    return backdrops()[static_cast<std::size_t>(layout.backdrop)].name;
  if (layout.ground == Ground::plain) return english(layout.color);
  return english(layout.color) + " to " + english(layout.other_color);
}

void paint_ground(Sheet& canvas, Dice& dice, const Layout& layout) {
  const Rgb& color = colors()[static_cast<std::size_t>(layout.color)].rgb;
  switch (layout.ground) {
    case Ground::plain:
      return paint_plain(canvas, dice, color);
    case Ground::gradient:
      return paint_gradient(canvas, dice,
                            {color, colors()[static_cast<std::size_t>(layout.other_color)].rgb});
    case Ground::painted:
      return backdrops()[static_cast<std::size_t>(layout.backdrop)].paint(canvas, dice);
  }
}

}  // namespace

struct World::Parts {
  GlyphBook glyphs;
  std::vector<Thing> things;
  Composer composer;

  explicit Parts(const WorldOptions& options)
      : glyphs(options.font), things(load_things(options.cldr, glyphs)), composer(things, glyphs) {}
};

World::World(const WorldOptions& options) : parts_(std::make_unique<Parts>(options)) {}
World::~World() = default;

Scene World::draw(std::uint64_t seed, const SceneRequest& request) const {
  require(request.size >= kMinSide && request.size <= kMaxSide, ExitCode::bad_value,
          "size {}: a scene is {} to {} pixels wide", request.size, kMinSide, kMaxSide);
  require(request.thing < static_cast<int>(parts_->things.size()), ExitCode::bad_value,
          "thing {}: there are {} things", request.thing, parts_->things.size());
  Dice layout_dice = dice_for(seed, kLayoutDice), paint_dice = dice_for(seed, kPaintDice);
  Dice style_dice = dice_for(seed, kStyleDice), word_dice = dice_for(seed, kWordDice);
  const Layout layout = parts_->composer.compose(layout_dice, {request.kind, request.thing});

  Sheet canvas(request.size);
  paint_ground(canvas, paint_dice, layout);
  const float shadow = layout.has_shadow ? paint_dice.between(0.2f, 0.4f) : 0;
  for (std::size_t i = 0; i < layout.places.size(); ++i) {
    const Subject& subject = layout.subjects[std::min(i, layout.subjects.size() - 1)];
    const Thing& thing = parts_->things[static_cast<std::size_t>(subject.thing)];
    const int glyph = thing.looks[static_cast<std::size_t>(subject.look)].glyph;
    const Rgb* tint =
        subject.is_tinted ? &colors()[static_cast<std::size_t>(subject.color)].rgb : nullptr;
    draw_sprite(canvas, {&parts_->glyphs.at(glyph), layout.places[i], tint, shadow});
  }

  Scene scene;
  if (layout.style >= 0) {
    const Style& style = styles()[static_cast<std::size_t>(layout.style)];
    canvas = style.apply(canvas, style_dice);
    scene.style = style.name;
  }
  scene.picture = to_picture(canvas);
  const Language any = pick_language(word_dice);
  scene.language = request.language < 0 ? any : static_cast<Language>(request.language);
  scene.caption = write_caption(layout, parts_->things, scene.language, word_dice);
  scene.background = describe_ground(layout);
  for (const Subject& subject : layout.subjects) scene.things.push_back(subject.thing);
  return scene;
}

const std::vector<Thing>& World::things() const { return parts_->things; }

const std::string& World::name(int thing, Language language) const {
  return in(parts_->things.at(static_cast<std::size_t>(thing)).names, language).front().text;
}

int World::find(const std::string& name) const {
  for (const bool main_only : {true, false})
    for (std::size_t i = 0; i < parts_->things.size(); ++i)
      for (const std::vector<Noun>& names : parts_->things[i].names)
        for (const Noun& noun : names) {
          if (noun.text == name) return static_cast<int>(i);
          if (main_only) break;
        }
  return -1;
}

}  // namespace pincel
