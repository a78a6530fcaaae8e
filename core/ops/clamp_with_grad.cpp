// SPDX-License-Identifier: MIT
#include "core/ops/clamp_with_grad.h"

#include <torch/torch.h>

namespace pincel::ops {
namespace {

struct ClampWithGrad : torch::autograd::Function<ClampWithGrad> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            double low, double high) {
    const at::Tensor clamped = x.clamp(low, high);
    context->save_for_backward({x - clamped});
    return clamped;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor excess = context->get_saved_variables()[0];
    const at::Tensor& g = gradients[0];
    return {g * (g * excess >= 0), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor clamp_with_grad(const at::Tensor& x, double low, double high) {
  return ClampWithGrad::apply(x, low, high);
}

}  // namespace pincel::ops
