// SPDX-License-Identifier: MIT
// Pixray's losses and filters, and what they are here.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "commands/pixray_keys.h"
#include "core/error.h"
#include "core/palette.h"
#include "core/utf8.h"
#include "guidance/guidance.h"

namespace pincel {
namespace {

class PixrayLosses : private SettingsImport {
 public:
  PixrayLosses(const ForeignSettings& from, Imported& to) : SettingsImport(from, to) {}

  void losses() {
    static constexpr std::array<std::string_view, 7> kKnown = {
        "palette", "saturation", "symmetry", "smoothness", "edge", "style", "gaussian"};
    std::vector<std::string> names;
    for (const char* key : {"losses", "custom_loss"}) {
      for (const std::string& item : from_.list(key)) {
        const auto [name, weight] = named_weight(item.substr(0, item.find("->")));
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
          to_.leave(
              fmt::format("{} {}", key, printable(item)),
              name == "aesthetic" ? "it needs a head: --loss.aesthetic.head FILE" : kNothingLikeIt);
          continue;
        }
        const std::string own = name + "_weight";
        const bool has_own =
            name == "palette" || name == "saturation" || name == "symmetry" || name == "smoothness";
        const double inner = has_own && from_.has(own) ? from_.number(own) : 1;
        names.push_back(fmt::format("{}:{}", name, written_number(weight * inner)));
      }
    }
    if (from_.has("transparent_weight")) {
      names.push_back("transparency:" + written_number(from_.number("transparent_weight")));
    }
    keep(names);
    if (!names.empty()) {
      to_.set("losses", names, "losses");
      to_.leave("scale of losses", "weights count otherwise there: try, and compare");
    }
    if (from_.has("smoothness_type")) {
      const std::string& type = from_.text("smoothness_type");
      to_.set("loss.smoothness.kind", type == "default" ? "gradient" : type, "smoothness_type");
    }
    edges();
    if (is_file("style_file")) copy_text("style_file", "loss.style.picture");
  }

  void filters() {
    std::vector<std::string> names;
    for (const std::string& item : from_.list("filters")) {
      const std::string name = named_weight(item).name;
      const bool is_known = name == "lookup" || name == "tiler" || name == "wallpaper";
      if (is_known) names.push_back(item);
      if (!is_known) to_.leave("filters " + printable(item), kNothingLikeIt);
    }
    if (!names.empty()) to_.set("filters", names, "filters");
    if (from_.has("palette")) palette();
    copy_number("lookup_beta", "filter.lookup.beta");
    copy_text("wallpaper_type", "filter.wallpaper.kind");
    copy_whole("wallpaper_edge_match", "filter.wallpaper.edge_match");
  }

 private:
  // Of the ways to keep to the start there can be one.
  void keep(std::vector<std::string>& names) {
    struct Way {
      std::string_view key, kind;
    };
    constexpr Way ways[] = {
        {"init_weight", "spherical"}, {"init_weight_dist", "latent"}, {"init_weight_pix", "pixel"}};
    bool has_one = false;
    for (const Way& way : ways) {
      if (!from_.has(way.key) || from_.number(way.key) == 0) continue;
      if (has_one) {
        to_.leave(way.key, kOneKeep);
        continue;
      }
      names.push_back("keep:" + written_number(from_.number(way.key)));
      to_.set("loss.keep.kind", way.kind, way.key);
      has_one = true;
    }
  }

  void edges() {
    copy_number("edge_thickness", "loss.edge.thickness");
    copy_text("edge_color", "loss.edge.colour");
    copy_number("edge_color_weight", "loss.edge.edge");
    copy_number("global_color_weight", "loss.edge.global");
    if (is_file("edge_input_image")) copy_text("edge_input_image", "loss.edge.picture");
    if (is_file("edge_mask_image")) copy_text("edge_mask_image", "loss.edge.mask");
    if (!from_.has("edge_margins")) return;
    std::string margins;
    for (const std::string& side : from_.list("edge_margins")) {
      margins += margins.empty() ? "" : ", ";
      margins += written_number(foreign_number(side, "edge_margins"));
    }
    to_.lines.push_back({"loss.edge.margins", "[" + margins + "]", "edge_margins"});
  }

  void palette() {
    const std::string& text = from_.text("palette");
    try {
      if (text.find('@') == std::string::npos) parse_palette(text, "palette");
    } catch (const Error& error) {
      return to_.leave("palette", error.what());
    }
    to_.set("loss.palette.colours", text, "palette");
    to_.set("filter.lookup.palette", text, "palette");
  }
};

}  // namespace

void import_pixray_losses(const ForeignSettings& from, Imported& to) {
  PixrayLosses import(from, to);
  import.losses();
  import.filters();
}

}  // namespace pincel
