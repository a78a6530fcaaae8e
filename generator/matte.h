// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/options.h"
#include "generator/optimiser.h"

namespace pincel {

struct MatteOptions {
  bool alpha = false;
  std::vector<std::string> backdrops = {"random", "noise"};
  std::int64_t cells = 64;
  double start = 1;

  template <class V>
  void fields(V&& visit) {
    visit("alpha", alpha,
          "paint how opaque each place is, too: png and webp with an alpha channel");
    visit("alpha_backdrops", backdrops,
          "what may lie behind while it is painted, another in each step: random (a colour), grey, "
          "noise, or colours");
    visit("alpha_cells", cells, "of the matte, along the shorter side; 0: one for each pixel",
          Range{0, 8192});
    visit("alpha_start", start, "how opaque the picture is at first", Range{0, 1});
  }
};

// How opaque each place of B pictures is, as numbers that the optimiser moves beside the drawer's.
// In each step the pictures are seen in front of other backdrops, so that what shows through cannot
// be painted.
class Matte {
 public:
  // Error (bad value) for a backdrop that is none. One generator for each picture.
  Matte(const MatteOptions& options, std::vector<at::Generator> generators,
        const at::Device& device);

  // For pictures of this size from now on; what was found so far is kept.
  void resize(std::int64_t height, std::int64_t width);
  Parameter parameter() const;
  void begin_step();  // draws the backdrops
  void project();     // puts the parameter back in its range
  // More opaque where `share` [1, 1, h, w] is.
  void cover(const at::Tensor& share);

  at::Tensor alpha(std::int64_t height, std::int64_t width) const;  // [B, 1, h, w], differentiable
  // images [B, 3, H, W] as far as `alpha` is, in front of this step's backdrops.
  at::Tensor in_front(const at::Tensor& images, const at::Tensor& alpha) const;
  const at::Tensor& backdrops() const { return backdrops_; }                    // [B, 3, H, W]
  const std::vector<at::Generator>& generators() const { return generators_; }  // of the backdrops

 private:
  at::Tensor backdrop(at::Generator& generator) const;  // [3, H, W]

  struct Backdrop {
    std::string kind;  // random, grey, noise; "" for a colour
    std::array<double, 3> colour;
  };
  MatteOptions options_;
  std::vector<at::Generator> generators_;
  std::vector<Backdrop> kinds_;
  at::Device device_;
  at::Tensor matte_;      // [B, 1, h, w], a leaf
  at::Tensor backdrops_;  // [B, 3, H, W]; stays where it is in all steps of one size
};

}  // namespace pincel
