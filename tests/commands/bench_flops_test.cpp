// SPDX-License-Identifier: MIT
#include "commands/bench/flops.h"
#include "tests/catch.h"

namespace pincel::bench_flops_test {
namespace {

// Two levels of 32 channels, one block each way, a middle that attends.
VqganConfig small_decoder() {
  VqganConfig c;
  c.embed_dim = 4;
  c.ch = 32;
  c.ch_mult = {1, 1};
  c.num_res_blocks = 1;
  c.attn_resolutions = {};
  c.resolution = 32;
  c.z_channels = 4;
  return c;
}

TEST_CASE("the work of a small decoder is that of its layers, one by one") {
  const Flops flops = decoder_flops(small_decoder(), 3, 4);
  const double post_quant = 2 * 4 * 4 * 12;
  const double in = 2 * 9 * 4 * 32 * 12;
  const double coarse = 2 * 9 * 32 * 32 * 12;  // a 3x3 convolution at 12 cells
  const double fine = 2 * 9 * 32 * 32 * 48;    // and at 48
  const double maps = 4 * 2 * 32 * 32 * 12;    // query, key, value and what comes after
  const double mix = 4 * 12 * 12 * 32;         // scores and their mix
  const double out = 2 * 9 * 32 * 3 * 48;
  const double layers = post_quant + in + 8 * coarse + maps + fine + 4 * fine + out;
  CHECK(flops.forward == layers + mix);
  CHECK(flops.backward == layers + 2 * mix);  // each product of the mix has two inputs
}

TEST_CASE("attention at a level and a shortcut count") {
  auto config = small_decoder();
  const double before = decoder_flops(config, 3, 4).forward;
  config.attn_resolutions = {32};  // the fine level, 48 cells, two blocks
  const double attention = 4 * 2 * 32 * 32 * 48 + 4.0 * 48 * 48 * 32;
  CHECK(decoder_flops(config, 3, 4).forward == before + 2 * attention);
  config = small_decoder();
  config.ch_mult = {1, 2};
  const double wider = decoder_flops(config, 3, 4).forward;
  CHECK(wider > 2 * before);
}

// Python's torch.utils.flop_counter says these of taming's and open_clip's modules.
TEST_CASE("whole models have the work that PyTorch counts") {
  VqganConfig f16;
  const Flops decoder = decoder_flops(f16, 16, 16);
  CHECK(decoder.forward == 252748759040.0);
  CHECK(decoder.backward == 253285629952.0);
  const Flops tower = 32.0 * vision_flops(ClipConfig{});
  CHECK(tower.forward == 282163937280.0);
  CHECK(tower.backward == 285113057280.0);
  ClipConfig rn50;
  rn50.embed_dim = 1024;
  rn50.vision_layers = {3, 4, 6, 3};
  rn50.vision_width = 64;
  // open_clip asks its last attention 50 questions to use the answer to the first: not counted.
  const double unasked = 2.0 * 49 * 2048 * 2048 + 2.0 * 49 * 2048 * 1024 + 4.0 * 49 * 50 * 2048;
  CHECK(vision_flops(rn50).forward == 12222939136.0 - unasked);
}

TEST_CASE("a step has the work of its pictures and of all their cutouts") {
  const VqganConfig f16;
  const ClipConfig vit;
  const StepFlops step =
      step_flops(f16, vit, {.height = 256, .width = 512, .cutouts = 8, .batch = 3});
  CHECK(step.decode.forward == 3 * decoder_flops(f16, 16, 32).forward);
  CHECK(step.clip.backward == 24 * vision_flops(vit).backward);
  CHECK(step.total() == step.decode.total() + step.clip.total());
  // What is no whole cell is drawn and cropped.
  const StepFlops odd =
      step_flops(f16, vit, {.height = 250, .width = 500, .cutouts = 8, .batch = 3});
  CHECK(odd.decode.forward == step.decode.forward);
}

}  // namespace
}  // namespace pincel::bench_flops_test
