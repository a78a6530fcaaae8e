// SPDX-License-Identifier: MIT
// Cutouts `nerdyrodent`: the whole pooled picture, changed in turn as two letters say, each with a
// strength and a chance, "Af:15:0.7": Af rotation by so many degrees, shift of a tenth, shear of 5
// degrees; Er one rectangle of a tenth to so much of the area missing from all views; Gn noise of
// this deviation; Gr no colours; Hf mirrored; Ji brightness, contrast, saturation and hue; Pe
// tilted by so many half sides; Re a window of this share of the area at least; Ro rotation alone.
// The changes are one map: what one pushes out of the view, the next may bring back.
// Options: augments, outside, noise. Example: --cutouts.nerdyrodent.augments Af,Pe,Ji,Er,Re
#include "guidance/augments.h"

namespace pincel {
namespace {

struct NerdyrodentCutouts {
  std::vector<std::string> augments = {"Af", "Pe", "Ji", "Er"};
  std::string outside = "black";
  double noise = 0.1;

  template <class V>
  void fields(V&& visit) {
    visit("augments", augments,
          "changes by turns, letters:strength:chance: Af:15:0.7, Er:0.4:0.7, Gn:1:0.5, Gr:1:0.1, "
          "Hf:1:0.5, Ji:0.1:0.7, Pe:0.7:0.7, Re:0.1:0.5, Ro:15:0.7");
    visit("outside", outside, "what lies around the picture", OneOf{{"black", "edge", "mirror"}});
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
  }
};

}  // namespace

OptionBox nerdyrodent_cutout_options() { return OptionBox::of<NerdyrodentCutouts>(); }

void draw_nerdyrodent_cutouts(const CutoutPass& pass, StepViews& views) {
  const auto& own = pass.own.as<NerdyrodentCutouts>();
  const auto augments = parse_augments(own.augments, "cutouts.nerdyrodent.augments");
  for (std::int64_t i = 0; i < pass.options.count; ++i) {
    ops::CutoutView view = pass.view(i, own.noise);
    view.outside = own.outside == "edge"     ? ops::Outside::edge
                   : own.outside == "mirror" ? ops::Outside::mirror
                                             : ops::Outside::grey;
    augment(augments, pass, i, view);
    views.wholes.push_back(view);
  }
}

}  // namespace pincel
