// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "generator/drawer.h"

namespace pincel {

// A drawer whose parameters are themselves a picture, of any size. What it draws of them is
// render().
class PixelDrawer : public Drawer {
 public:
  std::vector<Parameter> parameters() override;
  bool is_capturable() const override { return true; }
  void project() override;
  void start_from(const at::Tensor& images) override;
  void start_from_noise(std::span<at::Generator> generators) override;

 protected:
  // The B pictures of a canvas, of this size, grey.
  PixelDrawer(const Canvas& canvas, std::int64_t height, std::int64_t width);

  at::Tensor pixels() const;  // [B, 3, height, width] in [0, 1]; gradients that lead back in pass

 private:
  at::Tensor pixels_;
};

}  // namespace pincel
