// SPDX-License-Identifier: MIT
#include "core/ops/convolution.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include "core/tensor.h"

namespace pincel::ops {
namespace {

struct Convolve : torch::autograd::Function<Convolve> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const Convolution& kernel) {
    context->save_for_backward({kernel.weight});
    context->saved_data["size"] = x.sizes();
    context->saved_data["stride"] = kernel.stride;
    context->saved_data["padding"] = kernel.padding;
    context->saved_data["format"] = static_cast<std::int64_t>(x.suggest_memory_format());
    return at::conv2d(x, kernel.weight, kernel.bias, kernel.stride, kernel.padding);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor weight = context->get_saved_variables()[0];
    const auto size = context->saved_data["size"].toIntVector();
    const auto format = static_cast<at::MemoryFormat>(context->saved_data["format"].toInt());
    const auto stride = context->saved_data["stride"].toInt();
    const auto padding = context->saved_data["padding"].toInt();
    // The gradient of x does not depend on it: memory that nobody touches stands for it.
    const at::Tensor x = at::empty(size, weight.options(), format);
    const auto found = at::convolution_backward(gradients[0].contiguous(format), x, weight,
                                                at::OptionalIntArrayRef(), {stride, stride},
                                                {padding, padding}, {1, 1}, /*transposed=*/false,
                                                {0, 0}, /*groups=*/1, {true, false, false});
    return {std::get<0>(found), at::Tensor()};
  }
};

// Pixels (down, right), (down, right + 2) ... of a map.
at::Tensor every_second(const at::Tensor& map, std::int64_t down, std::int64_t right) {
  return map.slice(2, down, at::nullopt, 2).slice(3, right, at::nullopt, 2);
}

// [B, 4 C, H + 1, W + 1] -> [B, C, H, W], what the picture takes of one of the four.
at::Tensor used_of(const at::Tensor& phases, std::int64_t down, std::int64_t right) {
  return phases.chunk(4, 1)[static_cast<std::size_t>(2 * down + right)]
      .slice(2, down, down + phases.size(2) - 1)
      .slice(3, right, right + phases.size(3) - 1);
}

struct Interleave : torch::autograd::Function<Interleave> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& phases) {
    context->saved_data["size"] = phases.sizes();
    const at::Tensor map = at::empty(
        {phases.size(0), phases.size(1) / 4, 2 * phases.size(2) - 2, 2 * phases.size(3) - 2},
        phases.options(), at::MemoryFormat::ChannelsLast);
    for (const std::int64_t down : {0, 1}) {
      for (const std::int64_t right : {0, 1}) {
        every_second(map, down, right).copy_(used_of(phases, down, right));
      }
    }
    return map;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto size = context->saved_data["size"].toIntVector();
    const at::Tensor phases =
        at::empty(size, gradients[0].options(), at::MemoryFormat::ChannelsLast);
    const auto edge = [&](std::int64_t dim, std::int64_t phase) {
      return phase == 0 ? phases.size(dim) - 1 : 0;  // the row or column that no pixel comes from
    };
    for (const std::int64_t down : {0, 1}) {
      for (const std::int64_t right : {0, 1}) {
        const at::Tensor phase = phases.chunk(4, 1)[static_cast<std::size_t>(2 * down + right)];
        phase.select(2, edge(2, down)).zero_();
        phase.select(3, edge(3, right)).zero_();
        used_of(phases, down, right).copy_(every_second(gradients[0], down, right));
      }
    }
    return {phases};
  }
};

}  // namespace

at::Tensor convolution(const at::Tensor& x, const Convolution& kernel) {
  const auto device = x.device().type();
  const auto dtype = at::autocast::is_autocast_enabled(device)
                         ? at::autocast::get_autocast_dtype(device)
                         : x.scalar_type();
  const bool is_trained =
      kernel.weight.requires_grad() || (kernel.bias.defined() && kernel.bias.requires_grad());
  if (is_trained) return at::conv2d(x, kernel.weight, kernel.bias, kernel.stride, kernel.padding);
  return Convolve::apply(x.to(dtype),
                         Convolution{kernel.weight.to(dtype),
                                     kernel.bias.defined() ? kernel.bias.to(dtype) : kernel.bias,
                                     kernel.stride, kernel.padding});
}

at::Tensor interleave_phases(const at::Tensor& phases) {
  expect_shape(phases, {-1, -1, -1, -1}, "phases");
  TORCH_CHECK(phases.size(1) % 4 == 0, "phases is ", phases.sizes(),
              ", expected four of each channel");
  return Interleave::apply(phases);
}

}  // namespace pincel::ops
