// SPDX-License-Identifier: MIT
#include "generator/vqgan_figures.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/image_file.h"
#include "scenes/world.h"

namespace pincel {
namespace {

constexpr std::int64_t kPixelsAtOnce = std::int64_t{8} * 192 * 192;

at::Tensor restored(const Vqgan& vqgan, const at::Tensor& z) {
  return vqgan.decode(vqgan.quantize(z)).clamp(0, 1);
}

at::Tensor drawn(const World& world, std::int64_t from, std::int64_t to, std::int64_t size) {
  SceneRequest request;
  request.size = static_cast<int>(size);
  std::vector<at::Tensor> pictures;
  for (std::int64_t i = from; i < to; ++i) {
    const auto seed = kHeldOut + static_cast<std::uint64_t>(i);
    pictures.push_back(from_picture(world.draw(seed, request).picture));
  }
  return torch::cat(pictures);
}

}  // namespace

at::Tensor held_out_scenes(std::int64_t count, std::int64_t size) {
  return drawn(World(), 0, count, size);
}

VqganFigures measure_vqgan(const Vqgan& vqgan, std::int64_t count, std::int64_t size) {
  const torch::NoGradGuard no_grad;
  const World world;
  const at::Device device = vqgan.device();
  const std::int64_t batch = std::max<std::int64_t>(1, kPixelsAtOnce / (size * size));
  at::Tensor chosen = torch::zeros({vqgan.config().n_embed}, torch::kDouble);  // [Q]
  double decibels = 0;
  for (std::int64_t from = 0; from < count; from += batch) {
    const at::Tensor images =
        drawn(world, from, std::min(count, from + batch), size).to(device);  // [B, 3, S, S]
    const at::Tensor z = vqgan.encode(images);
    const at::Tensor error = (restored(vqgan, z) - images).square().flatten(1).mean(1);  // [B]
    decibels -= (10 * error.clamp_min(1e-10).log10()).sum().item<double>();
    chosen += torch::bincount(vqgan.indices(z).flatten().cpu(), {}, chosen.size(0));
  }
  const at::Tensor shares = chosen / chosen.sum();
  return {.psnr = decibels / static_cast<double>(count),
          .share = (chosen > 0).to(torch::kDouble).mean().item<double>(),
          .perplexity = (-(shares * (shares + 1e-12).log()).sum()).exp().item<double>()};
}

at::Tensor before_and_after(const Vqgan& vqgan, const at::Tensor& images) {
  const torch::NoGradGuard no_grad;
  const at::Tensor after = restored(vqgan, vqgan.encode(images.to(vqgan.device()))).cpu();
  const auto row = [](const at::Tensor& pictures) {
    return pictures.permute({1, 2, 0, 3}).reshape({3, pictures.size(2), -1});
  };
  return torch::cat({row(images.cpu()), row(after)}, 1);
}

}  // namespace pincel
