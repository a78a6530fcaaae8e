// SPDX-License-Identifier: MIT
#include "scenes/layout.h"

#include <algorithm>
#include <cmath>

#include "scenes/backdrops.h"
#include "scenes/styles.h"

namespace pincel {
namespace {

constexpr int kBasicColors = 11;

// Width and height of a glyph whose larger side is 1.
std::array<float, 2> proportions(const Glyph& glyph) {
  const auto width = static_cast<float>(glyph.levels[0].width);
  const auto height = static_cast<float>(glyph.levels[0].height);
  return {width / std::max(width, height), height / std::max(width, height)};
}

void vary(Dice& dice, const Thing& thing, Placement& place) {
  place.flip = dice.chance(0.3f) && thing.category != Category::hand &&
               thing.key.find("⬅") == std::string::npos;
  if (dice.chance(0.5f)) place.turn = dice.between(-0.22f, 0.22f);
}

bool is_countable(const Thing& thing) {
  return thing.category != Category::shape &&
         std::all_of(thing.names.begin(), thing.names.end(), [](const std::vector<Noun>& names) {
           const std::string& name = names.front().text;
           return !names.front().many.empty() && std::count(name.begin(), name.end(), ' ') < 2;
         });
}

}  // namespace

ThingUrn::ThingUrn(const std::vector<Thing>& things) {
  float sum = 0;
  for (const Thing& thing : things) sums_.push_back(sum += thing.weight);
}

int ThingUrn::pick(Dice& dice) const {
  const float at = dice.unit() * sums_.back();
  const auto found = std::upper_bound(sums_.begin(), sums_.end() - 1, at);
  return static_cast<int>(found - sums_.begin());
}

Composer::Composer(const std::vector<Thing>& things, const GlyphBook& glyphs)
    : things_(things), glyphs_(glyphs), all_(things) {
  for (int i = 0; i < static_cast<int>(things.size()); ++i) {
    const Thing& thing = things[static_cast<std::size_t>(i)];
    const Category category = thing.category;
    if (category == Category::shape) shapes_.push_back(i);
    if (category == Category::person) people_.push_back(i);
    if (category == Category::object || category == Category::food || category == Category::plant)
      holdable_.push_back(i);
    if (is_countable(thing)) countable_.push_back(i);
    if (is_one_of(thing.key, "📕|📖|📚|📓|📔")) books_.push_back(i);
  }
}

const Glyph& Composer::glyph_of(const Subject& subject) const {
  const Thing& thing = things_[static_cast<std::size_t>(subject.thing)];
  return glyphs_.at(thing.looks[static_cast<std::size_t>(subject.look)].glyph);
}

Arrangement Composer::pick_arrangement(Dice& dice, SceneKind kind) const {
  if (kind == SceneKind::one_thing || kind == SceneKind::styled) return Arrangement::one;
  const float at = kind == SceneKind::two_things ? dice.between(0.66f, 0.88f) : dice.unit();
  if (at < 0.66f) return Arrangement::one;
  if (at < 0.74f) return Arrangement::beside;
  if (at < 0.80f) return Arrangement::above;
  if (at < 0.83f) return Arrangement::on_top;
  if (at < 0.88f) return Arrangement::held;
  return at < 0.96f ? Arrangement::count : Arrangement::three;
}

int Composer::pick_thing(Dice& dice, const Layout& layout, int asked) const {
  const std::size_t number = layout.subjects.size();
  if (number == 0) {
    if (asked >= 0) return asked;
    if (layout.arrangement == Arrangement::held && dice.chance(0.7f)) return dice.pick(people_);
    if (layout.arrangement == Arrangement::count) return dice.pick(countable_);
    if (layout.arrangement == Arrangement::one && dice.chance(0.08f)) return dice.pick(shapes_);
    return all_.pick(dice);
  }
  while (true) {
    int other = all_.pick(dice);
    if (layout.arrangement == Arrangement::held)
      other = dice.chance(0.1f) && !books_.empty() ? dice.pick(books_) : dice.pick(holdable_);
    const bool is_new = std::none_of(layout.subjects.begin(), layout.subjects.end(),
                                     [&](const Subject& s) { return s.thing == other; });
    if (is_new) return other;
  }
}

Subject Composer::dress(Dice& dice, int number) const {
  const Thing& thing = things_[static_cast<std::size_t>(number)];
  Subject subject;
  subject.thing = number;
  subject.look = dice.below(static_cast<int>(thing.looks.size()));
  const Glyph& glyph = glyph_of(subject);
  const bool tint = thing.category == Category::shape || (thing.recolors && dice.chance(0.25f));
  if (tint) {
    subject.is_tinted = true;
    const bool any = thing.category == Category::shape && dice.chance(0.3f);
    subject.color = dice.below(any ? static_cast<int>(colors().size()) : kBasicColors);
    if (!any && subject.color == glyph.own_color && thing.category != Category::shape)
      subject.is_tinted = false;
    return subject;
  }
  const bool is_named = thing.colored_name[0] || thing.colored_name[1] || thing.colored_name[2];
  const bool can_say = thing.category != Category::person && thing.category != Category::hand &&
                       thing.category != Category::face && thing.category != Category::place &&
                       !is_named;
  if (can_say && glyph.own_color >= 0 && dice.chance(thing.always_colored ? 0.8f : 0.4f))
    subject.color = glyph.own_color;
  return subject;
}

void Composer::place_one(Dice& dice, Layout& layout) const {
  const Thing& thing = things_[static_cast<std::size_t>(layout.subjects[0].thing)];
  Placement place;
  const float at = dice.unit();
  if (at < 0.1f) {
    layout.view = View::closeup;
    place.extent = dice.between(1.1f, 1.5f);
    place.x = dice.between(0.42f, 0.58f);
    place.y = dice.between(0.42f, 0.58f);
    // Of a person the closeup shows the face, which is in the upper half.
    if (thing.category == Category::person) place.y = 0.5f + (place.extent - 1) * 0.35f;
  } else if (at < 0.2f) {
    layout.view = View::small;
    place.extent = dice.between(0.25f, 0.4f);
    place.x = dice.between(0.25f, 0.75f);
    place.y = dice.between(0.25f, 0.75f);
  } else {
    place.extent = dice.between(0.55f, 0.97f);
    if (place.extent > 0.88f && thing.category != Category::person && dice.chance(0.5f))
      layout.view = View::big;
    const float room = std::max(0.0f, 0.5f - place.extent / 2) * 0.8f + 0.02f;
    place.x = 0.5f + dice.between(-room, room);
    place.y = 0.5f + dice.between(-room, room);
  }
  vary(dice, thing, place);
  layout.places.push_back(place);
}

void Composer::place_two(Dice& dice, Layout& layout) const {
  std::array<Placement, 2> place;
  const auto jitter = [&] { return dice.between(-0.05f, 0.05f); };
  if (layout.arrangement == Arrangement::beside) {
    for (std::size_t i = 0; i < 2; ++i)
      place[i] = {(i == 0 ? 0.26f : 0.74f) + jitter() * 0.5f, 0.52f + 2 * jitter(),
                  dice.between(0.38f, 0.49f), 0, false};
  } else if (layout.arrangement == Arrangement::above) {
    for (std::size_t i = 0; i < 2; ++i)
      place[i] = {0.5f + 2 * jitter(), (i == 0 ? 0.26f : 0.74f) + jitter() * 0.5f,
                  dice.between(0.38f, 0.49f), 0, false};
  } else if (layout.arrangement == Arrangement::on_top) {
    const float lower = proportions(glyph_of(layout.subjects[1]))[1];
    const float upper = proportions(glyph_of(layout.subjects[0]))[1];
    place[1] = {0.5f + jitter(), 0.7f, dice.between(0.5f, 0.6f), 0, false};
    place[1].y = 0.97f - place[1].extent * lower / 2;
    place[0] = {place[1].x + jitter() * 0.6f, 0, dice.between(0.3f, 0.42f), 0, false};
    place[0].y = place[1].y - place[1].extent * lower / 2 - place[0].extent * upper * 0.42f;
    // A low pair moves up to the middle.
    const float top = place[0].y - place[0].extent * upper / 2;
    for (Placement& p : place) p.y -= std::max(0.0f, top - 0.04f) / 2;
  } else {
    place[0] = {0.44f + jitter(), 0.48f + jitter() * 0.6f, dice.between(0.7f, 0.9f), 0, false};
    place[1] = {0.75f + jitter() * 0.6f, 0.74f + jitter() * 0.6f, dice.between(0.32f, 0.44f), 0,
                false};
    if (dice.chance(0.4f))
      for (Placement& p : place) p.x = 1 - p.x;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    vary(dice, things_[static_cast<std::size_t>(layout.subjects[i].thing)], place[i]);
    if (layout.arrangement == Arrangement::on_top) place[i].turn *= 0.3f;
    layout.places.push_back(place[i]);
  }
}

void Composer::place_many(Dice& dice, Layout& layout) const {
  using Spots = std::vector<std::array<float, 2>>;
  static const std::array<Spots, 5> spots = {{
      {{0.27f, 0.5f}, {0.73f, 0.5f}},
      {{0.5f, 0.27f}, {0.26f, 0.72f}, {0.74f, 0.72f}},
      {{0.27f, 0.27f}, {0.73f, 0.27f}, {0.27f, 0.73f}, {0.73f, 0.73f}},
      {{0.2f, 0.3f}, {0.5f, 0.3f}, {0.8f, 0.3f}, {0.34f, 0.72f}, {0.66f, 0.72f}},
      {{0.2f, 0.3f}, {0.5f, 0.3f}, {0.8f, 0.3f}, {0.2f, 0.72f}, {0.5f, 0.72f}, {0.8f, 0.72f}},
  }};
  static constexpr std::array<float, 5> extents = {0.44f, 0.42f, 0.42f, 0.3f, 0.3f};
  const bool is_count = layout.arrangement == Arrangement::count;
  const int at = is_count ? dice.below(5) : 1;
  const bool in_row = at == 1 && dice.chance(0.4f);
  const auto index = static_cast<std::size_t>(at);
  for (std::size_t i = 0; i < spots[index].size(); ++i) {
    const auto& subject = layout.subjects[is_count ? 0 : i];
    const float row_x = 0.18f + 0.32f * static_cast<float>(i);
    Placement place;
    place.extent = (in_row ? 0.31f : extents[index]) * dice.between(0.88f, 1.02f);
    place.x = (in_row ? row_x : spots[index][i][0]) + dice.between(-0.02f, 0.02f);
    place.y = (in_row ? 0.5f : spots[index][i][1]) + dice.between(-0.03f, 0.03f);
    vary(dice, things_[static_cast<std::size_t>(subject.thing)], place);
    layout.places.push_back(place);
  }
}

bool Composer::stands_out(const Layout& layout, const Rgb& ground) const {
  return std::all_of(layout.subjects.begin(), layout.subjects.end(), [&](const Subject& subject) {
    const Rgb& seen = subject.is_tinted ? colors()[static_cast<std::size_t>(subject.color)].rgb
                                        : glyph_of(subject).mean;
    return color_distance(seen, ground) > 0.24f;
  });
}

void Composer::pick_ground(Dice& dice, Layout& layout) const {
  const float at = dice.unit();
  layout.ground = at < 0.55f ? Ground::plain : (at < 0.65f ? Ground::gradient : Ground::painted);
  if (layout.ground == Ground::painted) {
    layout.backdrop = dice.below(static_cast<int>(backdrops().size()));
    return;
  }
  const auto pick = [&] {
    const bool basic = dice.chance(0.6f);
    return dice.below(basic ? kBasicColors : static_cast<int>(colors().size()));
  };
  for (int tries = 0; tries < 12; ++tries) {
    layout.color = pick();
    if (stands_out(layout, colors()[static_cast<std::size_t>(layout.color)].rgb)) break;
  }
  if (layout.ground == Ground::plain) return;
  do layout.other_color = pick();
  while (color_distance(colors()[static_cast<std::size_t>(layout.color)].rgb,
                        colors()[static_cast<std::size_t>(layout.other_color)].rgb) < 0.25f);
}

Layout Composer::compose(Dice& dice, const LayoutRequest& request) const {
  Layout layout;
  layout.arrangement = pick_arrangement(dice, request.kind);
  const int wanted =
      layout.arrangement == Arrangement::one || layout.arrangement == Arrangement::count
          ? 1
          : (layout.arrangement == Arrangement::three ? 3 : 2);
  for (int i = 0; i < wanted; ++i)
    layout.subjects.push_back(dress(dice, pick_thing(dice, layout, request.thing)));
  if (layout.arrangement == Arrangement::count &&
      !is_countable(things_[static_cast<std::size_t>(layout.subjects[0].thing)]))
    layout.arrangement = Arrangement::one;
  switch (layout.arrangement) {
    case Arrangement::one:
      place_one(dice, layout);
      break;
    case Arrangement::count:
    case Arrangement::three:
      place_many(dice, layout);
      break;
    default:
      place_two(dice, layout);
  }
  pick_ground(dice, layout);
  layout.has_shadow = dice.chance(0.3f);
  const bool styled =
      request.kind == SceneKind::styled || (request.kind == SceneKind::any && dice.chance(0.25f));
  if (styled) layout.style = dice.below(static_cast<int>(styles().size()));
  return layout;
}

}  // namespace pincel
