// SPDX-License-Identifier: MIT
#include "generator/painting_vqgan.h"

#include "core/error.h"
#include "core/precision.h"
#include "guidance/seamless.h"

namespace pincel {

Vqgan load_painting_vqgan(const PaintOptions& options, const at::Device& device) {
  const bool is_seamless = asks_for_seamless(options.guidance);
  Vqgan vqgan = Vqgan::load(options.vqgan, device, is_seamless ? Edges::neighbours : Edges::plain,
                            precision_for(options.precision, device));
  const auto unit = vqgan.factor();
  require(!is_seamless || (options.width % unit == 0 && options.height % unit == 0),
          ExitCode::bad_value,
          "a seamless tile of {}x{}: expected sides that are multiples of {}, the size of a code; "
          "or --filter.tiler.seamless false",
          options.width, options.height, unit);
  return vqgan;
}

}  // namespace pincel
