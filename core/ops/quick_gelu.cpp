// SPDX-License-Identifier: MIT
#include "core/ops/quick_gelu.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "core/ops/quick_gelu_rows.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kNumberGrain = 1 << 14;  // numbers that are worth a thread

// Without a slope the result, else the gradient of x.
template <class Element>
at::Tensor gone_over(const at::Tensor& x, const at::Tensor& slope) {
  const at::Tensor result = at::empty(x.sizes(), x.options());
  const auto* from = x.data_ptr<Element>();
  const auto* slopes = slope.defined() ? slope.data_ptr<Element>() : nullptr;
  auto* to = result.data_ptr<Element>();
  const auto worker = quick_gelu_worker<Element>();
  at::parallel_for(0, x.numel(), kNumberGrain, [&](std::int64_t begin, std::int64_t end) {
    worker({from + begin, slopes == nullptr ? nullptr : slopes + begin, to + begin, end - begin});
  });
  return result;
}

at::Tensor gone_over(const at::Tensor& x, const at::Tensor& slope = {}) {
  return x.scalar_type() == at::kFloat ? gone_over<float>(x, slope)
                                       : gone_over<at::BFloat16>(x, slope);
}

struct QuickGelu : torch::autograd::Function<QuickGelu> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    return gone_over(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {gone_over(context->get_saved_variables()[0], gradients[0].contiguous())};
  }
};

}  // namespace

at::Tensor quick_gelu(const at::Tensor& x) {
  const bool has_loop =
      x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  if (!has_loop) return at::silu(1.702 * x) / 1.702;
  return QuickGelu::apply(x.contiguous());
}

}  // namespace pincel::ops
