// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/ops/rasteriser.h"
#include "core/palette.h"
#include "generator/drawer.h"

namespace pincel {

// What strokes a drawer has, and which of their numbers move.
struct StrokeStyle {
  std::int64_t strokes;
  std::int64_t segments;        // of each stroke, cubic
  std::int64_t least_segments;  // where each stroke draws its own count
  double least_width;           // % of the picture's height
  double most_width;
  double reach;  // between points that follow one another, at the start; in heights
  Colour paper;
  bool has_ink;  // all strokes are black, and stay so
  bool moves_paper;
};

// Pictures of strokes on paper, the later ones over the earlier ones: control points, widths,
// colours and opacities are moved.
class StrokeDrawer : public Drawer {
 public:
  StrokeDrawer(const StrokeStyle& style, const Canvas& canvas);

  std::vector<Parameter> parameters() override;
  std::vector<at::Tensor> buffers() override {
    return {points_, widths_, colours_, segments_, paper_};
  }
  at::Tensor render() const override;
  void project() override;
  // Coloured strokes lie along the picture's edges in the colours under their middles, wide ones
  // below thin ones; strokes of ink follow its edges, the strongest first.
  void start_from(const at::Tensor& images) override;
  bool follows_pictures() const override { return false; }
  void start_from_noise(std::span<at::Generator> generators) override;
  std::string svg(std::int64_t picture) const override;

 private:
  ops::Strokes strokes() const;  // in pixels

  StrokeStyle style_;
  std::int64_t height_, width_;
  at::Tensor points_;    // [B, S, P, 2] in heights
  at::Tensor widths_;    // [B, S] in heights
  at::Tensor colours_;   // [B, S, 4]
  at::Tensor segments_;  // [B, S]
  at::Tensor paper_;     // [B, 3]
};

}  // namespace pincel
