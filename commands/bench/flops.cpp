// SPDX-License-Identifier: MIT
#include "commands/bench/flops.h"

#include <algorithm>
#include <cmath>

namespace pincel {
namespace {

// A map of channels as it passes through layers, each of which adds its work.
class Tally {
 public:
  Tally(std::int64_t height, std::int64_t width) : height_(height), width_(width) {}

  void convolve(std::int64_t in, std::int64_t out, std::int64_t side) {
    product(in * side * side, out, cells());
  }
  // Rows [rows, in] times a matrix [in, out].
  void product(std::int64_t in, std::int64_t out, std::int64_t rows) {
    const double work = 2.0 * static_cast<double>(in) * static_cast<double>(out * rows);
    flops_ += {work, work};
  }
  // Scores and their mix over width channels; each of the two products has two inputs to go back
  // to.
  void attend(std::int64_t queries, std::int64_t keys, std::int64_t width) {
    const double work = 4.0 * static_cast<double>(queries * keys) * static_cast<double>(width);
    flops_ += {work, 2 * work};
  }
  void resize(std::int64_t height, std::int64_t width) {
    height_ = height;
    width_ = width;
  }
  std::int64_t cells() const { return height_ * width_; }
  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const Flops& flops() const { return flops_; }

 private:
  std::int64_t height_, width_;
  Flops flops_;
};

// Two 3x3 convolutions beside a shortcut.
void add_block(Tally& tally, std::int64_t in, std::int64_t out) {
  tally.convolve(in, out, 3);
  tally.convolve(out, out, 3);
  if (in != out) tally.convolve(in, out, 1);
}

void add_attention(Tally& tally, std::int64_t channels) {
  for (int i = 0; i < 4; ++i) tally.convolve(channels, channels, 1);
  tally.attend(tally.cells(), tally.cells(), channels);
}

// DALL-E's: blocks of four convolutions inside a quarter of the width.
Flops one_hot_decoder(const VqganConfig& c, Tally tally) {
  tally.convolve(c.n_embed, c.z_channels, 1);
  std::int64_t in = c.z_channels;
  for (std::int64_t level = c.levels() - 1; level >= 0; --level) {
    const std::int64_t out = c.ch * c.ch_mult[static_cast<std::size_t>(level)];
    for (std::int64_t i = 0; i < c.num_res_blocks; ++i) {
      if (in != out) tally.convolve(in, out, 1);
      tally.convolve(in, out / 4, 1);
      tally.convolve(out / 4, out / 4, 3);
      tally.convolve(out / 4, out / 4, 3);
      tally.convolve(out / 4, out, 3);
      in = out;
    }
    if (level > 0) tally.resize(2 * tally.height(), 2 * tally.width());
  }
  tally.convolve(in, 2 * c.out_ch, 1);
  return tally.flops();
}

Flops table_decoder(const VqganConfig& c, Tally tally) {
  const auto width = [&](std::int64_t level) {
    return c.ch * c.ch_mult[static_cast<std::size_t>(level)];
  };
  std::int64_t in = width(c.levels() - 1);
  tally.convolve(c.embed_dim, c.z_channels, 1);
  tally.convolve(c.z_channels, in, 3);
  add_block(tally, in, in);
  if (c.mid_attention) add_attention(tally, in);
  add_block(tally, in, in);
  for (std::int64_t level = c.levels() - 1; level >= 0; --level) {
    const std::int64_t out = width(level);
    for (std::int64_t i = 0; i <= c.num_res_blocks; ++i) {
      add_block(tally, in, out);
      if (c.has_attention(level)) add_attention(tally, out);
      in = out;
    }
    if (level == 0) break;
    tally.resize(2 * tally.height(), 2 * tally.width());
    tally.convolve(out, out, 3);
  }
  tally.convolve(in, c.out_ch, 3);
  return tally.flops();
}

Flops transformer_tower(const ClipConfig& c) {
  const std::int64_t grid = c.image_size / c.patch_size;
  Tally tally(grid, grid);
  const std::int64_t tokens = 1 + tally.cells();
  const std::int64_t w = c.vision_width;
  const std::int64_t hidden = std::llround(static_cast<double>(w) * c.mlp_ratio);
  tally.convolve(3, w, c.patch_size);
  for (std::int64_t i = 0; i < c.vision_layers.at(0); ++i) {
    tally.product(w, 3 * w, tokens);
    tally.attend(tokens, tokens, w);
    tally.product(w, w, tokens);
    tally.product(w, hidden, tokens);
    tally.product(hidden, w, tokens);
  }
  tally.product(w, c.embed_dim, 1);
  return tally.flops();
}

Flops resnet_tower(const ClipConfig& c) {
  const std::int64_t w = c.vision_width;
  Tally tally(c.image_size / 2, c.image_size / 2);
  const auto halve = [&] { tally.resize(tally.height() / 2, tally.width() / 2); };
  tally.convolve(3, w / 2, 3);
  tally.convolve(w / 2, w / 2, 3);
  tally.convolve(w / 2, w, 3);
  halve();
  std::int64_t in = w;
  for (std::size_t stage = 0; stage < c.vision_layers.size(); ++stage) {
    const std::int64_t planes = w << stage;
    for (std::int64_t i = 0; i < c.vision_layers[stage]; ++i) {
      tally.convolve(in, planes, 1);
      tally.convolve(planes, planes, 3);
      if (stage > 0 && i == 0) halve();
      tally.convolve(planes, 4 * planes, 1);
      if (i == 0) tally.convolve(in, 4 * planes, 1);
      in = 4 * planes;
    }
  }
  const std::int64_t tokens = 1 + tally.cells();
  tally.product(in, in, 1);
  tally.product(in, in, tokens);
  tally.product(in, in, tokens);
  tally.attend(1, tokens, in);
  tally.product(in, c.embed_dim, 1);
  return tally.flops();
}

}  // namespace

Flops& Flops::operator+=(const Flops& more) {
  forward += more.forward;
  backward += more.backward;
  return *this;
}

Flops operator*(double times, const Flops& of) { return {times * of.forward, times * of.backward}; }

Flops decoder_flops(const VqganConfig& config, std::int64_t height, std::int64_t width) {
  const Tally tally(height, width);
  return config.quantizer == "one-hot" ? one_hot_decoder(config, tally)
                                       : table_decoder(config, tally);
}

Flops vision_flops(const ClipConfig& config) {
  return config.is_resnet() ? resnet_tower(config) : transformer_tower(config);
}

StepFlops step_flops(const VqganConfig& vqgan, const ClipConfig& clip, const StepShape& shape) {
  const std::int64_t factor = vqgan.factor();
  const auto cells = [&](std::int64_t pixels) { return (pixels + factor - 1) / factor; };
  const auto batch = static_cast<double>(shape.batch);
  return {batch * decoder_flops(vqgan, cells(shape.height), cells(shape.width)),
          batch * static_cast<double>(shape.cutouts) * vision_flops(clip)};
}

}  // namespace pincel
