// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "scenes/canvas.h"
#include "scenes/dice.h"
#include "scenes/things.h"

namespace pincel {

enum class SceneKind { any, one_thing, two_things, styled };  // `any` is the training mixture

enum class Arrangement { one, beside, above, on_top, held, count, three };
enum class View { plain, closeup, small, big };
enum class Ground { plain, gradient, painted };

// One thing of a scene. `color` is what it is called, -1 when nothing is said of it.
struct Subject {
  int thing = 0;
  int look = 0;
  int color = -1;
  bool is_tinted = false;  // drawn in `color`, else that is its own colour
};

// Everything about a scene but its words and its pixels.
struct Layout {
  Arrangement arrangement = Arrangement::one;
  std::vector<Subject>
      subjects;  // beside: left, right; above, on top: upper, lower; held: who, what
  std::vector<Placement> places;  // one each; `count` has one subject in several places
  View view = View::plain;
  Ground ground = Ground::plain;
  int color = 0, other_color = 0;  // of a plain ground or a gradient
  int backdrop = 0;                // of a painted one
  int style = -1;
  bool has_shadow = false;
};

// Draws the things of the world by their weights.
class ThingUrn {
 public:
  explicit ThingUrn(const std::vector<Thing>& things);
  int pick(Dice& dice) const;

 private:
  std::vector<float> sums_;
};

struct LayoutRequest {
  SceneKind kind = SceneKind::any;
  int thing = -1;
};

// Composes scenes; const and free of state, any thread may ask.
class Composer {
 public:
  Composer(const std::vector<Thing>& things, const GlyphBook& glyphs);
  Layout compose(Dice& dice, const LayoutRequest& request) const;

 private:
  Arrangement pick_arrangement(Dice& dice, SceneKind kind) const;
  int pick_thing(Dice& dice, const Layout& layout, int asked) const;
  Subject dress(Dice& dice, int thing) const;
  void place_one(Dice& dice, Layout& layout) const;
  void place_two(Dice& dice, Layout& layout) const;
  void place_many(Dice& dice, Layout& layout) const;
  void pick_ground(Dice& dice, Layout& layout) const;
  bool stands_out(const Layout& layout, const Rgb& ground) const;
  const Glyph& glyph_of(const Subject& subject) const;

  const std::vector<Thing>& things_;
  const GlyphBook& glyphs_;
  ThingUrn all_;
  std::vector<int> shapes_, people_, holdable_, countable_, books_;
};

}  // namespace pincel
