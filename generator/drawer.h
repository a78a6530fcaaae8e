// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/registry.h"
#include "generator/optimiser.h"
#include "generator/vqgan.h"

namespace pincel {

// What a drawer is to fill, and what it may use for it.
struct Canvas {
  std::int64_t height;  // pixels
  std::int64_t width;
  std::int64_t batch = 1;  // B pictures
  at::Device device;
  std::shared_ptr<const Vqgan> vqgan;  // null where none was loaded
  double temperature = 1;              // how freely codes are drawn; 0: always the likeliest
};

// B pictures as numbers that an optimiser can move. It owns its leaf tensors; a picture does not
// depend on those beside it. Where generators are given there is one for each picture.
class Drawer {
 public:
  virtual ~Drawer() = default;
  virtual std::vector<Parameter> parameters() = 0;
  // What else the picture depends on and a start decides: what a checkpoint keeps besides.
  virtual std::vector<at::Tensor> buffers() { return {}; }
  // Which step comes next, from 0, of how many: for what changes as a painting goes on.
  virtual void set_moment(std::int64_t /*step*/, std::int64_t /*steps*/) {}
  // Draws what is random about render() until project() is called; without it nothing is.
  virtual void begin_step(std::span<at::Generator> /*generators*/) {}
  virtual at::Tensor render() const = 0;  // [B, 3, H, W] in [0, 1], differentiable; exact size
  virtual void project() = 0;             // puts the parameters back in their range
  // As near as it can come to images [B or 1, 3, H, W] of any size.
  virtual void start_from(const at::Tensor& images) = 0;
  // Whether that is near enough to begin a painting small and go on at the full size.
  virtual bool follows_pictures() const { return true; }
  // Whether every step is the same operations on the device, so that one can be captured as a CUDA
  // graph. No for what draws or decides on the host.
  virtual bool is_capturable() const { return false; }
  virtual void start_from_noise(std::span<at::Generator> generators) = 0;
  // The picture as shapes, where it is made of them; else empty.
  virtual std::string svg(std::int64_t /*picture*/) const { return {}; }
};

// A drawer whose picture is a grid of codes: what a code prior can speak about.
class LatentDrawer : public Drawer {
 public:
  virtual at::Tensor latent() const = 0;                // [B, D, h, w], differentiable
  virtual void set_codes(const at::Tensor& codes) = 0;  // [B, h, w]
};

using MakeDrawer = std::unique_ptr<Drawer> (*)(const OptionBox& options, const Canvas& canvas);

// Every drawer that `--drawer` knows; generator/drawers/all.inc lists them.
std::span<const Entry<MakeDrawer>> drawers();

}  // namespace pincel
