// SPDX-License-Identifier: MIT
#include "core/ops/straight_through.h"

#include <torch/torch.h>

namespace pincel::ops {
namespace {

struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& value,
                            const at::Tensor& through) {
    context->saved_data["dtype"] = through.scalar_type();
    return value.detach().clone();
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {at::Tensor(), gradients[0].to(context->saved_data["dtype"].toScalarType())};
  }
};

}  // namespace

at::Tensor straight_through(const at::Tensor& value, const at::Tensor& through) {
  TORCH_CHECK(value.sizes() == through.sizes(), "straight_through: value is ", value.sizes(),
              ", through is ", through.sizes());
  return StraightThrough::apply(value, through);
}

}  // namespace pincel::ops
