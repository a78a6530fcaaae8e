// SPDX-License-Identifier: MIT
#include "guidance/augments.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

struct AugmentKind {
  std::string_view letters;
  double strength, chance;  // where none is given
  double most;              // strength
  // Part of its own of the view's numbers, and of those of all views.
  void (*change)(const Augment& augment, ViewDice& own, ops::CutoutView& view);
};

// What the view so far shows, seen through one more map.
void augment_map(const ViewMap& map, ops::CutoutView& view) {
  view.map = map_product(view.map, map);
}

// Rotation; shift of a tenth and shear of 5 degrees go with 15.
void augment_affine(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  augment_map(
      random_affine({.degrees = of.strength, .shear = 5, .translate = 0.1}, of.chance, dice), view);
}

void augment_turn(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  augment_map(random_affine({.degrees = of.strength}, of.chance, dice), view);
}

void augment_tilt(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  augment_map(map_inverse(random_perspective(of.strength, of.chance, dice)), view);
}

void augment_mirror(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  if (dice.chance(of.chance) > 0) augment_map(mirrored_map(), view);
}

void augment_closer(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  const bool is_used = dice.chance(of.chance) > 0;
  const Window window = random_window({of.strength, 1, 0.75, 1.333}, 1, dice);
  if (is_used) augment_map(window.map(), view);
}

void augment_colours(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  const double by = of.strength;
  view.colour = colour_product(random_colours({by, by, by, by}, of.chance, dice), view.colour);
}

void augment_grey(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  if (dice.chance(of.chance) > 0) view.colour = colour_product(grey_colours(), view.colour);
}

void augment_noise(const Augment& of, ViewDice& dice, ops::CutoutView& view) {
  if (dice.chance(of.chance) > 0) view.noise = std::hypot(view.noise, of.strength);
}

// Strength: Af, Ro degrees; Er most, Re least area; Gn deviation; Ji share; Pe half sides.
constexpr AugmentKind kAugmentKinds[] = {
    {"Af", 15, 0.7, 180, augment_affine}, {"Er", 0.4, 0.7, 1, nullptr},  // the same in all views
    {"Gn", 1, 0.5, 10, augment_noise},    {"Gr", 1, 0.1, 1, augment_grey},
    {"Hf", 1, 0.5, 1, augment_mirror},    {"Ji", 0.1, 0.7, 0.5, augment_colours},
    {"Pe", 0.7, 0.7, 0.99, augment_tilt}, {"Re", 0.1, 0.5, 1, augment_closer},
    {"Ro", 15, 0.7, 180, augment_turn},
};

double augment_number(std::string_view text, const std::string& whole, const std::string& option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size() && value >= 0,
          ExitCode::bad_value, "{}: '{}' is no letters:strength:chance, such as Af:15:0.7", option,
          printable(whole));
  return value;
}

Augment parse_augment(const std::string& text, const std::string& option) {
  const std::string_view all = text;
  const auto first = std::min(all.find(':'), all.size());
  const std::string_view letters = all.substr(0, first);
  const auto* const kind = std::find_if(std::begin(kAugmentKinds), std::end(kAugmentKinds),
                                        [&](const AugmentKind& k) { return k.letters == letters; });
  if (kind == std::end(kAugmentKinds)) {
    std::string known;
    for (const auto& k : kAugmentKinds)
      known += fmt::format("{}{}", known.empty() ? "" : ", ", k.letters);
    fail(ExitCode::bad_value, "{}: unknown augment '{}'; known: {}", option, printable(letters),
         known);
  }
  Augment found{static_cast<std::size_t>(kind - std::begin(kAugmentKinds)), kind->strength,
                kind->chance};
  if (first < all.size()) {
    const std::string_view rest = all.substr(first + 1);
    const auto second = std::min(rest.find(':'), rest.size());
    found.strength = augment_number(rest.substr(0, second), text, option);
    if (second < rest.size()) found.chance = augment_number(rest.substr(second + 1), text, option);
  }
  require(found.strength <= kind->most && found.chance <= 1, ExitCode::bad_value,
          "{}: '{}' is too much, expected a strength of at most {} and a chance of at most 1",
          option, printable(text), kind->most);
  return found;
}

}  // namespace

std::vector<Augment> parse_augments(const std::vector<std::string>& texts,
                                    const std::string& option) {
  std::vector<Augment> augments;
  for (const std::string& text : texts) augments.push_back(parse_augment(text, option));
  return augments;
}

void augment(const std::vector<Augment>& augments, const CutoutPass& pass, std::int64_t number,
             ops::CutoutView& view) {
  for (std::size_t i = 0; i < augments.size(); ++i) {
    const auto part = static_cast<std::uint32_t>(i);
    const AugmentKind& kind = kAugmentKinds[augments[i].kind];
    if (kind.change == nullptr) {
      view.erased = random_rectangle(augments[i].strength, augments[i].chance,
                                     pass.common_dice().part(part), pass.size.side);
    } else {
      ViewDice own = pass.dice(number).part(part);
      kind.change(augments[i], own, view);
    }
  }
}

}  // namespace pincel
