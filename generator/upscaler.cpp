// SPDX-License-Identifier: MIT
#include "generator/upscaler.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/tensor.h"
#include "core/unfilled.h"

namespace pincel {
namespace {

namespace nn = torch::nn;

constexpr double kSlope = 0.2;         // of the leaky rectifier
constexpr double kShare = 0.2;         // of what a block adds
constexpr std::int64_t kEnlarges = 4;  // by the network itself
constexpr std::int64_t kMostBlocks = 256;
constexpr std::int64_t kMostWidth = 4096;

struct Shape {
  std::int64_t factor;  // of the whole
  std::int64_t width;
  std::int64_t growth;
  std::int64_t blocks;
};

nn::Conv2d conv(std::int64_t in, std::int64_t out) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1));
}

at::Tensor rectified(const at::Tensor& x) { return at::leaky_relu(x, kSlope); }

at::Tensor doubled(const at::Tensor& x) {
  return at::upsample_nearest2d(x, at::IntArrayRef{2 * x.size(2), 2 * x.size(3)});
}

// Five convolutions, each of which sees all before it.
struct DenseBlockImpl : nn::Module {
  explicit DenseBlockImpl(const Shape& shape) {
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      const std::int64_t in = shape.width + static_cast<std::int64_t>(i) * shape.growth;
      const bool is_last = i + 1 == convs_.size();
      convs_[i] = register_module(fmt::format("conv{}", i + 1),
                                  conv(in, is_last ? shape.width : shape.growth));
    }
  }

  at::Tensor forward(const at::Tensor& x) {  // [B, C, H, W]
    std::vector<at::Tensor> seen{x};
    for (std::size_t i = 0; i + 1 < convs_.size(); ++i) {
      seen.push_back(rectified(convs_[i](at::cat(seen, 1))));
    }
    return x + kShare * convs_.back()(at::cat(seen, 1));
  }

  std::array<nn::Conv2d, 5> convs_{nullptr, nullptr, nullptr, nullptr, nullptr};
};
TORCH_MODULE(DenseBlock);

struct TripleBlockImpl : nn::Module {
  explicit TripleBlockImpl(const Shape& shape)
      : rdb1(register_module("rdb1", DenseBlock(shape))),
        rdb2(register_module("rdb2", DenseBlock(shape))),
        rdb3(register_module("rdb3", DenseBlock(shape))) {}

  at::Tensor forward(const at::Tensor& x) { return x + kShare * rdb3(rdb2(rdb1(x))); }

  DenseBlock rdb1, rdb2, rdb3;
};
TORCH_MODULE(TripleBlock);

std::string prefix_of(const Checkpoint& checkpoint) {
  for (const std::string prefix : {"params_ema.", "params."}) {
    if (checkpoint.tensors.contains(prefix + "conv_first.weight")) return prefix;
  }
  return "";
}

Shape shape_of(const Checkpoint& checkpoint, const std::string& prefix) {
  const auto sizes = [&](const std::string& name) {
    const auto found = checkpoint.tensors.find(prefix + name);
    require(found != checkpoint.tensors.end() && found->second.dim() == 4, ExitCode::bad_data,
            "{}: has no '{}' of 4 dimensions; is this an RRDB network, as RealESRGAN_x4plus.pth?",
            checkpoint.source, name);
    return found->second.sizes().vec();
  };
  const auto first = sizes("conv_first.weight");
  Shape shape{.factor = kEnlarges,
              .width = first[0],
              .growth = sizes("body.0.rdb1.conv1.weight")[0],
              .blocks = 0};
  // The channels of a picture, or those of 2x2 or 4x4 pixels at one place.
  const std::array factors{std::pair{3, 4}, std::pair{12, 2}, std::pair{48, 1}};
  const auto* known = std::find_if(factors.begin(), factors.end(),
                                   [&](const auto& pair) { return pair.first == first[1]; });
  require(known != factors.end(), ExitCode::bad_data,
          "{}: 'conv_first.weight' sees {} channels, expected 3, 12 or 48", checkpoint.source,
          first[1]);
  shape.factor = known->second;
  while (checkpoint.tensors.contains(
      fmt::format("{}body.{}.rdb1.conv1.weight", prefix, shape.blocks))) {
    ++shape.blocks;
  }
  require(shape.blocks <= kMostBlocks && shape.width > 0 && shape.growth > 0 &&
              std::max(shape.width, shape.growth) <= kMostWidth,
          ExitCode::bad_data, "{}: {} blocks of width {} and growth {} are not to be believed",
          checkpoint.source, shape.blocks, shape.width, shape.growth);
  return shape;
}

}  // namespace

// Parts under the names of the published files.
struct UpscalerModelImpl : nn::Module {
  explicit UpscalerModelImpl(const Shape& shape)
      : factor(shape.factor),
        conv_first(register_module("conv_first", conv(3 * unit() * unit(), shape.width))),
        conv_body(register_module("conv_body", conv(shape.width, shape.width))),
        conv_up1(register_module("conv_up1", conv(shape.width, shape.width))),
        conv_up2(register_module("conv_up2", conv(shape.width, shape.width))),
        conv_hr(register_module("conv_hr", conv(shape.width, shape.width))),
        conv_last(register_module("conv_last", conv(shape.width, 3))) {
    nn::ModuleList blocks;
    for (std::int64_t i = 0; i < shape.blocks; ++i) {
      body.emplace_back(shape);
      blocks->push_back(body.back());
    }
    register_module("body", blocks);
  }

  std::int64_t unit() const { return kEnlarges / factor; }  // pixels that go in at one place

  at::Tensor forward(const at::Tensor& image) {
    const auto first = conv_first(unit() == 1 ? image : at::pixel_unshuffle(image, unit()));
    auto x = first;  // [B, C, H / unit, W / unit]
    for (auto& block : body) x = block(x);
    x = first + conv_body(x);
    x = rectified(conv_up1(doubled(x)));
    x = rectified(conv_up2(doubled(x)));
    return conv_last(rectified(conv_hr(x)));
  }

  std::int64_t factor;
  nn::Conv2d conv_first, conv_body, conv_up1, conv_up2, conv_hr, conv_last;
  std::vector<TripleBlock> body;
};

Upscaler Upscaler::load(const std::filesystem::path& path, const at::Device& device) {
  Checkpoint checkpoint = open_checkpoint(path);
  const std::string prefix = prefix_of(checkpoint);
  const auto model = unfilled<UpscalerModelImpl>(shape_of(checkpoint, prefix));
  load_module(*model, std::move(checkpoint), prefix);
  model->to(device);
  model->eval();
  for (auto& parameter : model->parameters()) parameter.requires_grad_(false);
  return Upscaler(model);
}

at::Tensor Upscaler::enlarge(const at::Tensor& image) const {
  expect_image(image);
  TORCH_CHECK(image.size(2) % model_->unit() == 0 && image.size(3) % model_->unit() == 0,
              "picture is ", image.sizes(), ", expected sides of whole units of ", model_->unit());
  return model_->forward(image).to(at::kFloat);
}

std::int64_t Upscaler::factor() const { return model_->factor; }

}  // namespace pincel
