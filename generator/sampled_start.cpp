// SPDX-License-Identifier: MIT
#include "generator/sampled_start.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/tensor.h"

namespace pincel {
namespace {

bool is_same(const Vqgan& one, const Vqgan& other) {
  const auto codes = one.codebook();
  const auto others = other.codebook();
  return codes.sizes() == others.sizes() && torch::equal(codes, others);
}

// Those of the canvas, or more of the same proportions where the transformer draws no fewer.
Cells cells_for(const Canvas& canvas, const CodeTransformer& transformer) {
  const auto factor = transformer.vqgan()->factor();
  const auto least = transformer.config().window();
  if (transformer.has_own_order()) return {least, least};
  const Cells own{(canvas.height + factor - 1) / factor, (canvas.width + factor - 1) / factor};
  const double scale = std::max(
      1.0, static_cast<double>(least) / static_cast<double>(std::min(own.height, own.width)));
  const auto side = [&](std::int64_t cells) {
    return std::max<std::int64_t>(least, std::llround(scale * static_cast<double>(cells)));
  };
  return {side(own.height), side(own.width)};
}

}  // namespace

void start_from_sample(Drawer& drawer, const Canvas& canvas, const SampledStart& start,
                       std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  const Autocast exact(canvas.device, at::kFloat);
  const CodeTransformer& transformer = start.transformer;
  const Vqgan& vqgan = *transformer.vqgan();
  const Cells cells = cells_for(canvas, transformer);
  const auto codes = transformer.draw({.cells = cells,
                                       .condition = transformer.condition(start.condition, cells),
                                       .choice = start.choice,
                                       .told = {}},
                                      generators);  // [B, h, w]
  auto* latent = dynamic_cast<LatentDrawer*>(&drawer);
  const bool has_its_cells = latent != nullptr && canvas.vqgan != nullptr &&
                             latent->latent().size(2) == cells.height &&
                             latent->latent().size(3) == cells.width;
  if (has_its_cells && is_same(*canvas.vqgan, vqgan)) {
    latent->set_codes(codes);
  } else {
    drawer.start_from(vqgan.decode(vqgan.lookup(codes)).clamp(0, 1));
  }
}

}  // namespace pincel
