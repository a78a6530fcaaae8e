// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/options.h"
#include "generator/drawer.h"
#include "generator/natural_colours.h"

namespace pincel {

struct CoefficientOptions {
  double colours = 1.5;
  double contrast = 0.9;

  template <class V>
  void fields(V&& visit) {
    visit("colours", colours, "how far hues stand out from brightness", Range{0.1, 10});
    visit("contrast", contrast,
          "deviation of the picture before its sigmoid, which is held; a picture to start from "
          "brings its own",
          Range{0.01, 10});
  }
};

// A picture as the sum of known patterns: sigmoid(colours(plane * contrast / deviation of plane)),
// where the plane [B, 3, H, W] is linear in the coefficients. Their common size does not show.
class CoefficientDrawer : public Drawer {
 public:
  // Coefficients [B, shape...].
  CoefficientDrawer(const Canvas& canvas, std::vector<std::int64_t> shape,
                    const CoefficientOptions& options);

  std::vector<Parameter> parameters() override;
  std::vector<at::Tensor> buffers() override { return {contrast_}; }
  at::Tensor render() const override;
  bool is_capturable() const override { return true; }
  void project() override;
  void start_from(const at::Tensor& images) override;
  void start_from_noise(std::span<at::Generator> generators) override;

 protected:
  virtual at::Tensor plane_of(const at::Tensor& coefficients) const = 0;  // [B, 3, H, W]
  virtual at::Tensor coefficients_of(const at::Tensor& plane) const = 0;  // its exact inverse

 private:
  std::int64_t height_, width_;
  NaturalColours colours_;
  double wished_contrast_;
  at::Tensor coefficients_;  // [B, ...]
  at::Tensor contrast_;      // [B, 1, 1, 1]
};

}  // namespace pincel
