// SPDX-License-Identifier: MIT
#include "core/ops/recompute.h"

#include <ATen/autocast_mode.h>
#include <torch/custom_class.h>
#include <torch/torch.h>

#include <optional>
#include <utility>

#include "core/tensor.h"

namespace pincel::ops {
namespace {

struct Kept : torch::CustomClassHolder {
  explicit Kept(PictureWork of) : work(std::move(of)) {}
  PictureWork work;
};

struct Recompute : torch::autograd::Function<Recompute> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const PictureWork& work, const std::optional<at::Tensor>& known) {
    const auto device = x.device().type();
    const bool is_low = at::autocast::is_autocast_enabled(device);
    context->save_for_backward({x});
    context->saved_data["work"] = c10::IValue::make_capsule(c10::make_intrusive<Kept>(work));
    context->saved_data["dtype"] = is_low ? at::autocast::get_autocast_dtype(device) : at::kFloat;
    return known ? known->clone() : work(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto kept =
        c10::static_intrusive_pointer_cast<Kept>(context->saved_data["work"].toCapsule());
    const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_(true);
    const torch::AutoGradMode with_gradient(true);
    // The thread that goes back knows nothing of the precision on the way there.
    const Autocast autocast(x.device(), context->saved_data["dtype"].toScalarType());
    return {torch::autograd::grad({kept->work(x)}, {x}, {gradients[0]})[0], at::Tensor(),
            at::Tensor()};
  }
};

struct Slope : torch::autograd::Function<Slope> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& values, const at::Tensor& slope) {
    context->save_for_backward({slope});
    expect_shape(slope, {x.size(0), x.size(1), x.size(2), x.size(3)}, "slope");
    return values.clone();
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor slope = context->get_saved_variables()[0];
    return {slope * gradients[0].view({-1, 1, 1, 1}), at::Tensor(), at::Tensor()};
  }
};

bool& wish() {
  thread_local bool is_wished = false;
  return is_wished;
}

}  // namespace

at::Tensor recomputed(const PictureWork& work, const at::Tensor& x, const at::Tensor& known) {
  const auto value = known.defined() ? std::optional(known.detach()) : std::nullopt;
  return Recompute::apply(x, work, value);
}

SparedMemory::SparedMemory(bool is_wished) : was_wished_(std::exchange(wish(), is_wished)) {}
SparedMemory::~SparedMemory() { wish() = was_wished_; }
bool spares_memory() { return wish(); }

at::Tensor with_slope(const at::Tensor& values, const at::Tensor& x, const at::Tensor& slope) {
  return Slope::apply(x, values.detach(), slope);
}

}  // namespace pincel::ops
