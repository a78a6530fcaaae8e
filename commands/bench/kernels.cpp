// SPDX-License-Identifier: MIT
#include "commands/bench/kernels.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/bench/machine.h"
#include "core/ops/attention.h"
#include "core/ops/cutout_reference.h"
#include "core/ops/cutout_sampler.h"
#include "core/ops/nearest_code.h"
#include "core/random.h"
#include "core/tensor.h"
#include "prompts/tokenizer.h"
#include "prompts/train_merges.h"

namespace pincel {
namespace {

using Clock = std::chrono::steady_clock;
using Tensors = std::vector<at::Tensor>;
using Json = nlohmann::ordered_json;

// Numbers that are the same in every run.
class Source {
 public:
  explicit Source(const KernelPlace& place)
      : place_(place), generator_(make_generator(1, "kernels")) {}

  at::Tensor normal(at::IntArrayRef shape) {
    return torch::randn(shape, generator_, torch::kFloat).to(place_.device, place_.dtype);
  }
  at::Tensor leaf(at::IntArrayRef shape) { return normal(shape).requires_grad_(true); }

 private:
  KernelPlace place_;
  at::Generator generator_;
};

// The result and its gradient for each input.
template <class Forward>
Tensors with_gradients(const Tensors& inputs, const at::Tensor& slope, const Forward& forward) {
  const at::Tensor result = forward();
  Tensors all = torch::autograd::grad({result}, inputs, {slope});
  all.insert(all.begin(), result.detach());
  return all;
}

// The codes of a picture of 256x256 among 16,384; separately, with all distances in memory.
KernelWork make_nearest_code(const KernelPlace& place) {
  Source source({place.device, at::kFloat});
  const auto z = source.normal({256, 256});
  const auto codes = source.normal({16384, 256});
  return {.ours = [=] { return Tensors{ops::nearest_code(z, codes)}; },
          .separate =
              [=] {
                const auto distances = z.square().sum(1, true) + codes.square().sum(1) -
                                       2 * torch::matmul(z, codes.t());
                return Tensors{distances.argmin(1)};
              },
          .operations = 2.0 * 256 * 256 * 16384};
}

// The wide layer of ViT-B/32 for 32 cutouts of 50 tokens, with frozen weights.
KernelWork make_matrix_product(const KernelPlace& place) {
  Source source(place);
  const auto x = source.leaf({1600, 768});
  const auto weight = source.normal({3072, 768}) / 28;
  const auto bias = source.normal({3072});
  const auto slope = source.normal({1600, 3072});
  return {.ours =
              [=] {
                return with_gradients({x}, slope, [&] { return torch::linear(x, weight, bias); });
              },
          .separate =
              [=] {
                return with_gradients({x}, slope,
                                      [&] { return torch::matmul(x, weight.t()) + bias; });
              },
          .operations = 4.0 * 1600 * 768 * 3072};
}

// The finest layer of an f16 decoder at 256x256, with frozen weights.
KernelWork make_convolution(const KernelPlace& place) {
  Source source(place);
  const auto x = source.leaf({1, 128, 256, 256});
  const auto weight = source.normal({128, 128, 3, 3}) / 34;
  const auto bias = source.normal({128});
  const auto slope = source.normal({1, 128, 256, 256});
  return {.ours =
              [=] {
                return with_gradients({x}, slope,
                                      [&] { return torch::conv2d(x, weight, bias, 1, 1); });
              },
          .separate =
              [=] {
                return with_gradients({x}, slope, [&] {
                  return torch::conv2d(x, weight, {}, 1, 1) + bias.view({1, -1, 1, 1});
                });
              },
          .operations = 4.0 * 9 * 128 * 128 * 256 * 256};
}

KernelWork attention(const KernelPlace& place, const std::vector<std::int64_t>& shape) {
  Source source(place);
  const auto q = source.leaf(shape);
  const auto k = source.leaf(shape);
  const auto v = source.leaf(shape);
  const auto slope = source.normal(shape);
  const double scale = 1 / std::sqrt(static_cast<double>(shape[3]));
  const auto pairs = static_cast<double>(shape[0] * shape[1] * shape[2] * shape[2]);
  return {.ours =
              [=] {
                return with_gradients({q, k, v}, slope, [&] { return ops::attention(q, k, v); });
              },
          .separate =
              [=] {
                return with_gradients({q, k, v}, slope, [&] {
                  const auto scores = torch::matmul(q, k.transpose(2, 3)) * scale;
                  return torch::matmul(scores.softmax(3), v);
                });
              },
          .operations = 12 * pairs * static_cast<double>(shape[3])};
}

// Of ViT-B/32: 32 cutouts, 12 heads.
KernelWork make_clip_attention(const KernelPlace& place) {
  return attention(place, {32, 12, 50, 64});
}

// Of an f16 decoder at 512x512.
KernelWork make_decoder_attention(const KernelPlace& place) {
  return attention(place, {1, 1, 1024, 512});
}

// 32 views, each with a warp, colours and noise of its own, and one rectangle erased from all.
std::vector<ops::CutoutView> bench_views() {
  constexpr std::int64_t kViews = 32;
  std::vector<ops::CutoutView> views(kViews);
  for (std::int64_t i = 0; i < kViews; ++i) {
    const double turn = 0.01 * static_cast<double>(i - kViews / 2);
    auto& view = views[static_cast<std::size_t>(i)];
    view.map = {0.9, -turn, turn, turn, 0.95, -turn, turn / 4, 0.02, 1};
    const double tint = turn / 4;
    view.colour = {1 + tint, -tint, 0, tint, 0, 1, tint, 0, -tint, 0, 0.9, 0.05};
    view.erased = {40, 60, 140, 170};
    view.noise = 0.05;
    view.seed = 7;
    view.number = static_cast<std::uint32_t>(i);
  }
  return views;
}

// The views of ViT-B/32. Ours draws its noise as it goes; the time to draw it counts for both. The
// colours stay clear of 0 and 1, where a rounding decides whether a pixel has a gradient.
KernelWork make_cutouts_kernel(const KernelPlace& place) {
  constexpr std::int64_t kSide = 224;
  const auto views = bench_views();
  auto generator = make_generator(1, "kernels");
  const auto image = (torch::rand({1, 3, kSide, kSide}, generator, torch::kFloat) * 0.5 + 0.2)
                         .to(place.device)
                         .requires_grad_(true);
  const ops::ViewFormat format{kSide, {0.48, 0.46, 0.41}, {0.27, 0.26, 0.28}, place.dtype};
  const auto noise = ops::cutout_noise(views, kSide).to(place.device);
  const auto slope =
      torch::randn(noise.sizes(), generator, torch::kFloat).to(place.device, place.dtype);
  return {.ours =
              [=] {
                return with_gradients({image}, slope,
                                      [&] { return ops::sample_cutouts(image, views, format); });
              },
          .separate =
              [=] {
                const auto drawn = torch::randn_like(noise);
                return with_gradients({image}, slope, [&] {
                  return ops::separate_cutouts(image, views, noise, format);
                });
              }};
}

// A thousand captions of 14 words, with merges learned from the like.
KernelWork make_tokenizer(const KernelPlace& /*place*/) {
  constexpr int kTexts = 1000;
  const std::vector<std::string> captions = {
      "a watercolor of a red apple and a green banana on a wooden table near the sea",
      "un perro marrón a la izquierda de una casa blanca sobre hierba verde en otoño",
      "um peixe azul e uma estrela amarela debaixo d'água, pintura a óleo, luz suave"};
  const Tokenizer tokenizer = Tokenizer::from_merges(train_merges(captions, 400));
  return {.ours =
              [=] {
                std::int64_t count = 0;
                for (int i = 0; i < kTexts; ++i) {
                  const auto ids = tokenizer.encode(captions[static_cast<std::size_t>(i) % 3]);
                  count += static_cast<std::int64_t>(ids.size());
                }
                return Tensors{torch::tensor(count)};
              },
          .separate = {}};
}

constexpr Entry<MakeKernel> kKernels[] = {
    {"cutouts", "32 views of a picture for ViT-B/32", make_cutouts_kernel},
    {"nearest-code", "nearest of 16,384 codes for 256 cells", make_nearest_code},
    {"matrix-product", "a wide layer of ViT-B/32 for 32 cutouts", make_matrix_product},
    {"convolution", "a fine layer of an f16 decoder at 256x256", make_convolution},
    {"clip-attention", "attention of ViT-B/32 for 32 cutouts", make_clip_attention},
    {"decoder-attention", "attention of an f16 decoder at 512x512", make_decoder_attention},
    {"tokenizer", "a thousand captions into tokens", make_tokenizer},
};

double seconds_of(const std::function<Tensors()>& work, const at::Device& device) {
  finish_work(device);
  const auto start = Clock::now();
  const Tensors kept = work();
  finish_work(device);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of a result or a gradient, as a share of its own largest value.
double largest_difference(const Tensors& some, const Tensors& others) {
  double largest = 0;
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto expected = others.at(i).to(at::kFloat);
    const auto apart = (some[i].to(at::kFloat) - expected).abs().max();
    largest = std::max(largest, (apart / expected.abs().max()).item<double>());
  }
  return largest;
}

}  // namespace

std::span<const Entry<MakeKernel>> kernels() { return kKernels; }

KernelFigures measure_kernel(const Entry<MakeKernel>& kernel, const KernelPlace& place,
                             std::int64_t rounds) {
  const KernelWork work = kernel.make(place);
  KernelFigures figures;
  figures.name = kernel.name;
  figures.operations = work.operations;
  const Tensors first = work.ours();
  if (work.separate) figures.difference = largest_difference(first, work.separate());
  std::vector<double> ours, separate;
  for (std::int64_t i = 0; i < rounds; ++i) {
    ours.push_back(seconds_of(work.ours, place.device));
    if (work.separate) separate.push_back(seconds_of(work.separate, place.device));
  }
  figures.ours = median(ours);
  if (work.separate) figures.separate = median(separate);
  return figures;
}

Json kernels_json(const std::vector<KernelFigures>& figures) {
  Json list = Json::array();
  for (const KernelFigures& kernel : figures) {
    Json entry{{"name", kernel.name}, {"seconds", kernel.ours}};
    if (kernel.separate) {
      entry["separate_seconds"] = *kernel.separate;
      entry["times_faster"] = *kernel.separate / kernel.ours;
      entry["largest_difference"] = kernel.difference;
    }
    if (kernel.operations > 0) entry["operations_per_second"] = kernel.operations / kernel.ours;
    list.push_back(std::move(entry));
  }
  return list;
}

std::string kernels_table(const std::vector<KernelFigures>& figures) {
  std::string text = fmt::format("{:<20}{:>12}{:>14}{:>14}{:>12}{:>10}\n", "kernel", "ours, ms",
                                 "separate, ms", "times faster", "difference", "GFLOPS");
  for (const KernelFigures& kernel : figures) {
    text += fmt::format("{:<20}{:>12.3f}", kernel.name, 1e3 * kernel.ours);
    if (kernel.separate) {
      text += fmt::format("{:>14.3f}{:>14.2f}{:>12.1e}", 1e3 * *kernel.separate,
                          *kernel.separate / kernel.ours, kernel.difference);
    } else {
      text += fmt::format("{:>14}{:>14}{:>12}", "-", "-", "-");
    }
    if (kernel.operations > 0) {
      text += fmt::format("{:>10.0f}", kernel.operations / kernel.ours / 1e9);
    }
    text += "\n";
  }
  return text;
}

}  // namespace pincel
