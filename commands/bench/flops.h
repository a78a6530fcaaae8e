// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "generator/vqgan_config.h"
#include "guidance/clip_config.h"

namespace pincel {

// Floating point operations of matrix products and convolutions, two for each product added up.
// `backward` is the gradient for what comes in; frozen weights ask for none.
struct Flops {
  double forward = 0;
  double backward = 0;

  double total() const { return forward + backward; }
  Flops& operator+=(const Flops& more);
  friend Flops operator*(double times, const Flops& of);
};

// A latent of height x width cells drawn as a picture, without the search for its nearest codes.
Flops decoder_flops(const VqganConfig& config, std::int64_t height, std::int64_t width);

// One picture embedded by CLIP's vision tower.
Flops vision_flops(const ClipConfig& config);

// One step of painting: what the decoder and CLIP have to do. Work that an implementation spares
// itself or does twice is not seen here.
struct StepFlops {
  Flops decode;
  Flops clip;

  double total() const { return decode.total() + clip.total(); }
};

struct StepShape {
  std::int64_t height = 256;  // pixels
  std::int64_t width = 256;
  std::int64_t cutouts = 32;  // of each picture
  std::int64_t batch = 1;     // pictures
};
StepFlops step_flops(const VqganConfig& vqgan, const ClipConfig& clip, const StepShape& shape);

}  // namespace pincel
