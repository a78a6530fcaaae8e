// SPDX-License-Identifier: MIT
// What Pixray's settings are here. Facts about them: names, defaults and what they do.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "commands/pixray_keys.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr double kPixrayCodeDeviation = 0.7535;  // of the shipped codebook
constexpr double kPixrayPixelDeviation = 0.25;

struct PixrayQuality {
  std::string_view name;
  double iterations, scale, cuts, batches;
};
constexpr PixrayQuality kPixrayQualities[] = {
    {"draft", 200, 1, 24, 1}, {"normal", 250, 2, 30, 1}, {"better", 300, 3, 36, 1},
    {"best", 350, 4, 12, 2},  {"supreme", 400, 5, 8, 4},
};

struct PixrayAspect {
  std::string_view name;
  double width, height;
};
constexpr PixrayAspect kPixrayAspects[] = {
    {"square", 144, 144}, {"portrait", 128, 160}, {"widescreen", 192, 108}};

struct PixrayDrawer {
  std::string_view name, ours;
  double deviation;  // of what its rate moves; 0: it has rates of its own
};
constexpr PixrayDrawer kPixrayDrawers[] = {
    {"vqgan", "vqgan", kPixrayCodeDeviation},
    {"fast_pixel", "rgb", kPixrayPixelDeviation},
    {"super_resolution", "super_resolution", kPixrayPixelDeviation},
    {"pixel", "pixel", 0},
    {"clipdraw", "clipdraw", 0},
    {"line_sketch", "line_sketch", 0},
    {"fft", "fft", 0},
};

// Reads Pixray's settings group by group.
class PixrayImport : private SettingsImport {
 public:
  explicit PixrayImport(const Settings& given)
      : SettingsImport(own_, imported_), own_(pixray_keys(), given) {}

  Imported take() {
    to_.set("recipe", "pixray", "the program");
    const bool is_vdiff = from_.has("drawer") && from_.text("drawer") == "vdiff";
    if (is_vdiff) to_.leave("drawer", "vdiff is a diffusion model; a VQGAN paints instead");
    if (from_.has("drawer") && !is_vdiff)
      drawer_ = &pick_entry(kPixrayDrawers, from_.text("drawer"), "drawer");
    prompts();
    work();
    moves();
    drawing();
    import_pixray_losses(from_, to_);
    start();
    files();
    for (const ForeignKey& key : from_.without_counterpart()) to_.leave(key.name, key.why);
    return std::move(imported_);
  }

 private:
  // What is written as one text may hold commas; lists are joined as Pixray joins them.
  std::string words_of(std::string_view key) {
    if (!from_.text(key).empty()) return from_.text(key);
    std::string all;
    for (const std::string& text : from_.list(key)) all += (all.empty() ? "" : " | ") + text;
    return all;
  }

  void prompts() {
    if (from_.has("prompts")) {
      const std::string words = words_of("prompts");
      if (words.starts_with('=')) to_.leave("prompts", "a leading '=' is not read here");
      to_.set("prompts", words.substr(words.starts_with('=') ? 1 : 0), "prompts");
    }
    std::vector<std::string> regions;
    const std::string spot = is_file("spot_file") ? from_.text("spot_file") : "spot";
    if (from_.has("spot_prompts")) regions.push_back(spot + "=" + words_of("spot_prompts"));
    if (from_.has("spot_prompts_off")) {
      regions.push_back("not " + spot + "=" + words_of("spot_prompts_off"));
    }
    if (!regions.empty()) to_.set("region", regions, "spot_prompts");
    if (from_.has("labels")) to_.set("label_prompts", from_.list("labels"), "labels");
    pictures();
    std::vector<std::string> noises = from_.list("noise_prompt_seeds");
    const auto& weights = from_.list("noise_prompt_weights");
    for (std::size_t i = 0; i < std::min(noises.size(), weights.size()); ++i) {
      noises[i] += ":" + weights[i];
    }
    if (!noises.empty()) to_.set("noise_prompts", noises, "noise_prompt_seeds");
    const bool has_vectors = from_.has("vector_prompts") && words_of("vector_prompts") != "none";
    if (has_vectors) {
      to_.leave("vector_prompts", "they are learnt anew by 'pincel vector', for --vector-prompts");
    }
  }

  void pictures() {
    std::vector<std::string> files;
    const auto add = [&](std::string_view key, const std::string& weight) {
      for (const std::string& file : from_.list(key)) {
        if (file.find("://") != std::string::npos) {
          to_.leave(key, kFetchesNothing);
        } else {
          files.push_back(file + weight);
        }
      }
    };
    add("image_prompts", from_.has("image_prompt_weight")
                             ? ":" + written_number(from_.number("image_prompt_weight"))
                             : "");
    add("target_images", "");
    if (!files.empty()) to_.set("image_prompts", files, "image_prompts");
  }

  // Steps, views and size, which --quality sets together.
  void work() {
    const bool has_quality = from_.has("quality");
    const auto& quality =
        pick_entry(kPixrayQualities, has_quality ? from_.text("quality") : "normal", "quality");
    const auto amount = [&](std::string_view key, std::string_view to, double preset) {
      if (from_.has(key)) return copy_whole(key, to);
      if (has_quality) to_.set(to, preset, "quality");
    };
    amount("iterations", "steps", quality.iterations);
    amount("num_cuts", "cutouts.count", quality.cuts);
    amount("batches", "cutouts.passes", quality.batches);
    const bool has_size = has_quality || from_.has("aspect") || from_.has("scale") ||
                          from_.has("ezsize") || from_.has("size") || drawer_->name != "vqgan";
    if (has_size) size(quality.scale);
    if (!from_.has("seed")) return;
    const std::string& seed = from_.text("seed");
    const bool is_number = !seed.empty() && seed.size() < 16 &&
                           seed.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) {
      to_.set("seed", std::strtod(seed.c_str(), nullptr), "seed");
      to_.lines.back().value = std::to_string(std::strtoll(seed.c_str(), nullptr, 10));
    } else {
      to_.leave("seed", "a seed is a whole number here");
    }
  }

  void size(double scale) {
    if (from_.has("ezsize")) {
      struct Size {
        std::string_view name;
        double scale;
      };
      constexpr Size sizes[] = {{"small", 1}, {"medium", 2}, {"large", 4}};
      scale = pick_entry(sizes, from_.text("ezsize"), "ezsize").scale;
    }
    if (from_.has("scale")) scale = from_.number("scale");
    std::string aspect = from_.has("aspect") ? from_.text("aspect") : "widescreen";
    if (aspect == "retain") {
      to_.leave("aspect", "sides are not taken from a picture; give --size");
      aspect = "square";
    }
    PixrayAspect sides = pick_entry(kPixrayAspects, aspect, "aspect");
    if (from_.has("size")) {
      const auto& given = from_.list("size");
      require(given.size() == 2, ExitCode::bad_value, "size has {} numbers, expected two",
              given.size());
      sides = {"", foreign_number(given[0], "size"), foreign_number(given[1], "size")};
      scale = 1;
    }
    const double unit = drawer_->name == "vqgan" ? 16 : 1;
    const auto whole = [&](double side) {
      return std::floor(std::floor(side * scale) / unit) * unit;
    };
    to_.set("width", whole(sides.width), "size");
    to_.set("height", whole(sides.height), "size");
  }

  void moves() {
    if (drawer_->deviation == 0) {
      to_.set("rate", 0.15, "drawer");
      if (from_.has("learning_rate")) to_.leave("learning_rate", kOwnRate);
    } else if (from_.has("learning_rate") || drawer_->name != "vqgan") {
      const double rate = from_.has("learning_rate") ? from_.number("learning_rate") : 0.2;
      to_.set("rate", rate / drawer_->deviation, "learning_rate");
    }
    if (from_.has("learning_rate_drops")) drops();
    if (from_.has("optimiser")) {
      struct Named {
        std::string_view name, ours;
      };
      constexpr Named optimisers[] = {{"Adam", "adam"},         {"AdamW", "adamw"},
                                      {"Adagrad", "adagrad"},   {"Adamax", "adamax"},
                                      {"DiffGrad", "diffgrad"}, {"AdamP", "adamp"}};
      to_.set("optimiser", pick_entry(optimisers, from_.text("optimiser"), "optimiser").ours,
              "optimiser");
    }
    if (!from_.flag("auto_stop")) return;
    to_.set("plateau.patience", 12, "auto_stop");
    to_.set("plateau.drops", static_cast<double>(drop_count_), "auto_stop");
  }

  // A number is percent, one with an i a step; the rate falls to a tenth at each.
  void drops() {
    const auto& moments = from_.list("learning_rate_drops");
    std::string shape = "1@0";
    double factor = 1;
    for (std::string moment : moments) {
      const bool is_step = moment.ends_with('i');
      if (is_step || moment.ends_with('%')) moment.pop_back();
      const double when = foreign_number(moment, "learning_rate_drops");
      const std::string at = "@" + written_number(when) + (is_step ? "" : "%");
      shape += " " + written_number(factor) + at;
      factor /= 10;
      shape += " " + written_number(factor) + at;
    }
    drop_count_ = moments.size();
    to_.set("rate_shape", moments.empty() ? "1" : shape, "learning_rate_drops");
  }

  void drawing() {
    std::string ours(drawer_->ours);
    if (ours == "fft" && from_.has("fft_use")) {
      struct Basis {
        std::string_view name, ours;
      };
      constexpr Basis kinds[] = {{"fft", "fft"}, {"dwt", "dwt"}, {"pixel", "rgb"}};
      ours = pick_entry(kinds, from_.text("fft_use"), "fft_use").ours;
    }
    if (from_.has("drawer")) to_.set("drawer", ours, "drawer");
    const std::string group = "drawer." + ours + ".";
    const bool has_strokes = ours == "clipdraw" || ours == "line_sketch";
    const auto only = [&](bool is_its_own, std::string_view key, auto copy, std::string_view to) {
      if (!from_.has(key)) return;
      if (is_its_own) {
        (this->*copy)(key, group + std::string(to));
      } else {
        to_.leave(key, "drawer " + ours + " has no such option");
      }
    };
    only(has_strokes, "strokes", &PixrayImport::copy_whole, "strokes");
    only(ours == "line_sketch", "stroke_length", &PixrayImport::copy_whole, "stroke_length");
    only(has_strokes, "min_stroke_width", &PixrayImport::copy_number, "min_stroke_width");
    only(has_strokes, "max_stroke_width", &PixrayImport::copy_number, "max_stroke_width");
    only(ours == "fft", "fft_decay", &PixrayImport::copy_number, "decay");
    only(ours == "dwt", "fft_wave", &PixrayImport::copy_text, "wavelet");
    only(ours == "dwt", "fft_sharp", &PixrayImport::copy_number, "sharp");
    const bool has_waves = ours == "fft" || ours == "dwt";
    only(has_waves, "fft_colors", &PixrayImport::copy_number, "colours");
    only(has_waves, "fft_contrast", &PixrayImport::copy_number, "contrast");
    only(ours == "pixel", "pixel_type", &PixrayImport::copy_text, "type");
    if (from_.flag("allow_paper_color") && ours == "line_sketch") {
      to_.lines.push_back({group + "allow_paper_colour", "true", "allow_paper_color"});
    }
    if (from_.has("pixel_size")) {
      double least = 8192;
      for (const std::string& side : from_.list("pixel_size")) {
        least = std::min(least, foreign_number(side, "pixel_size"));
      }
      const bool has_cells = ours == "pixel" || ours == "rgb";
      if (has_cells) to_.set(group + "cells", least, "pixel_size");
      if (!has_cells) to_.leave("pixel_size", "drawer " + ours + " has no cells");
    }
    if (from_.flag("transparent")) {
      to_.lines.push_back({ours == "pixel" ? group + "alpha" : "alpha", "true", "transparent"});
    }
  }

  void start() {
    if (is_file("init_image")) {
      copy_text("init_image", "init");
    } else if (from_.has("init_noise")) {
      struct Noise {
        std::string_view name, ours;
      };
      constexpr Noise noises[] = {
          {"pixels", "fractal"}, {"gradient", "gradient"}, {"snow", "snow"}, {"none", "noise"}};
      to_.set("init", pick_entry(noises, from_.text("init_noise"), "init_noise").ours,
              "init_noise");
    }
    if (is_file("overlay_image")) copy_text("overlay_image", "overlay");
    const bool overlays_init = !from_.has("overlay_image") && from_.has("overlay_every");
    if (overlays_init && from_.has("init_image")) to_.set("overlay", "init", "overlay_every");
    for (const char* key : {"overlay_every", "overlay_offset", "overlay_until"}) {
      if (from_.has(key)) to_.set(key, moment(from_.text(key)), key);
    }
    if (from_.has("overlay_alpha")) {
      to_.set("overlay_alpha", written_number(from_.number("overlay_alpha") / 255),
              "overlay_alpha");
    }
  }

  // "10", "10 iterations" or "10 percent" as "10" or "10%".
  static std::string moment(const std::string& text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::size_t unit = std::min(text.find_first_not_of(' ', digits), text.size());
    const bool is_percent = unit < text.size() && (text[unit] == 'p' || text[unit] == '%');
    return text.substr(0, digits) + (is_percent ? "%" : "");
  }

  void files() {
    if (from_.has("output") && from_.has("outdir")) {
      to_.leave("outdir", "the name of the picture is enough: --output");
    }
    if (from_.has("output")) {
      copy_text("output", "output");
    } else if (from_.has("outdir")) {
      const bool has_pattern = from_.text("outdir").find('%') != std::string::npos;
      if (!has_pattern) copy_text("outdir", "output");
      if (has_pattern) to_.leave("outdir", "folders are named by date and prompt");
    }
    if (from_.flag("video")) to_.set("video", "mp4", "video");
    if (from_.flag("save_intermediates")) {
      const double every = from_.has("save_every")
                               ? foreign_number(moment(from_.text("save_every")), "save_every")
                               : 10;
      to_.set("frames", every, "save_every");
    } else if (from_.has("save_every")) {
      to_.leave("save_every", "the picture is written at the end, previews on the way");
    }
  }

  ForeignSettings own_;
  Imported imported_;
  const PixrayDrawer* drawer_ = &kPixrayDrawers[0];
  std::size_t drop_count_ = 1;
};

}  // namespace

Imported import_pixray(const Settings& given) { return PixrayImport(given).take(); }

}  // namespace pincel
