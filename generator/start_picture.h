// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/component_options.h"
#include "generator/drawer.h"
#include "generator/start.h"

namespace pincel {

// One part of --init, as written: "photo.jpg", "gradient", "left=photo.jpg".
struct StartPart {
  std::string place;   // as of a region's prompts; empty: everywhere
  std::string source;  // a picture file, or the name of a start
};
// "sky.jpg | left=a.png | circle 50 50 20=snow". Error (bad value) for an empty part and for a
// second one without a place.
std::vector<StartPart> parse_start(std::string_view text);
// Error (bad value) besides for a name that is neither that of a file nor that of a start, and for
// a place that is none.
void expect_start(std::string_view text);

// --init with `change` applied to the path of every file in it.
std::string with_start_files(const std::string& text,
                             const std::function<std::string(const std::string&)>& change);

// What a painting starts from, besides models that draw it.
struct StartOptions {
  std::string beneath = "noise";
  double share = 1;
  double edge = 0.1;
  ComponentOptions kinds{starts()};

  template <class V>
  void fields(V&& visit) {
    visit("init_noise", beneath, "start that shows where --init leaves room: 'pincel help starts'");
    visit("init_alpha", share, "share of --init in the start; the rest is --init_noise",
          Range{0, 1});
    visit("init_edge", edge, "width of the soft edge of its parts, in shorter sides", Range{0, 1});
    kinds.fields(under("init", visit));
  }
};

// The names of starts that take part.
std::vector<std::string> named_starts(const std::string& text, const StartOptions& options);

// Puts the drawer into the start that `text` asks for, drawn at the canvas's size whatever the
// drawer's. -> that picture, [B or 1, 3, any, any]; undefined where it is the drawer's own noise
at::Tensor start_from_picture(Drawer& drawer, const Canvas& canvas, std::string_view text,
                              const StartOptions& options, std::span<at::Generator> generators);

}  // namespace pincel
