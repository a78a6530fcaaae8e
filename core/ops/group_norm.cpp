// SPDX-License-Identifier: MIT
#include "core/ops/group_norm.h"

#include <torch/torch.h>

#include "core/ops/cuda_kernels.h"
#include "core/ops/group_norm_halves.h"
#include "core/tensor.h"

namespace pincel::ops {
namespace {

struct NormGroups : torch::autograd::Function<NormGroups> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const NormSettings& norm) {
    const auto half = x.is_cuda() ? group_norm_cuda : group_norm_cpu;
    const Normed normed = half(x, norm);
    context->save_for_backward({x, norm.weight, norm.bias, normed.mean, normed.scale});
    context->saved_data["groups"] = norm.groups;
    context->saved_data["silu"] = norm.silu;
    return normed.result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const NormSettings norm = {saved[1], saved[2], context->saved_data["groups"].toInt(), 0.0,
                               context->saved_data["silu"].toBool()};
    const auto half = x.is_cuda() ? group_norm_backward_cuda : group_norm_backward_cpu;
    const at::Tensor slope =
        gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    return {half(slope, x, norm, {at::Tensor(), saved[3], saved[4]}), at::Tensor()};
  }
};

}  // namespace

bool has_group_norm(const at::Device& device, at::ScalarType dtype) {
  const bool has_place = device.is_cpu() || (device.is_cuda() && has_cuda_kernels());
  return has_place && (dtype == at::kFloat || dtype == at::kBFloat16);
}

at::Tensor group_norm(const at::Tensor& x, const GroupNorm& norm) {
  expect_shape(x, {-1, -1, -1, -1}, "x");
  expect_shape(norm.weight, {x.size(1)}, "weight");
  expect_shape(norm.bias, {x.size(1)}, "bias");
  TORCH_CHECK(norm.groups > 0 && x.size(1) % norm.groups == 0, x.size(1), " channels in ",
              norm.groups, " groups, expected as many in each");
  const bool is_trained = norm.weight.requires_grad() || norm.bias.requires_grad();
  if (is_trained || x.numel() == 0 || !has_group_norm(x.device(), x.scalar_type())) {
    const auto normed = at::group_norm(x, norm.groups, norm.weight, norm.bias, norm.epsilon);
    return norm.silu ? at::silu(normed) : normed;
  }
  return NormGroups::apply(
      x.contiguous(at::MemoryFormat::ChannelsLast),
      NormSettings{norm.weight.to(at::kFloat).contiguous(), norm.bias.to(at::kFloat).contiguous(),
                   norm.groups, norm.epsilon, norm.silu});
}

}  // namespace pincel::ops
