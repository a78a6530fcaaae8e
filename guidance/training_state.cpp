// SPDX-License-Identifier: MIT
// Optimisers to and from checkpoints.
#include <fmt/ranges.h>
#include <torch/torch.h>

#include "guidance/training.h"

namespace pincel {
namespace {

at::Tensor kept(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, tensor.scalar_type(), false, true).contiguous();
}

template <class State>
void put_moments(Checkpoint& checkpoint, const State& state, const std::string& prefix) {
  checkpoint.tensors[prefix + "step"] = torch::tensor(state.step(), torch::kInt64);
  checkpoint.tensors[prefix + "exp_avg"] = kept(state.exp_avg());
  checkpoint.tensors[prefix + "exp_avg_sq"] = kept(state.exp_avg_sq());
  if (!state.max_exp_avg_sq().defined()) return;
  checkpoint.tensors[prefix + "max_exp_avg_sq"] = kept(state.max_exp_avg_sq());
}

at::Tensor moment(const Checkpoint& checkpoint, const std::string& name,
                  const at::Tensor& parameter) {
  const at::Tensor& found = tensor_in(checkpoint, name);
  require(found.sizes() == parameter.sizes(), ExitCode::bad_data,
          "{}: tensor '{}' is {}, expected {}; were the options of the model changed?",
          checkpoint.source, name, fmt::join(found.sizes(), "x"),
          fmt::join(parameter.sizes(), "x"));
  return found.to(parameter.device(), parameter.scalar_type(), false, true);
}

template <class State>
std::unique_ptr<torch::optim::OptimizerParamState> take_moments(const Checkpoint& checkpoint,
                                                                const at::Tensor& parameter,
                                                                const std::string& prefix) {
  auto state = std::make_unique<State>();
  const at::Tensor& step = tensor_in(checkpoint, prefix + "step");
  require(step.numel() == 1 && step.scalar_type() == at::kLong, ExitCode::bad_data,
          "{}: tensor '{}step' is no whole number", checkpoint.source, prefix);
  state->step(step.item<std::int64_t>());
  state->exp_avg(moment(checkpoint, prefix + "exp_avg", parameter));
  state->exp_avg_sq(moment(checkpoint, prefix + "exp_avg_sq", parameter));
  if (checkpoint.tensors.contains(prefix + "max_exp_avg_sq")) {
    state->max_exp_avg_sq(moment(checkpoint, prefix + "max_exp_avg_sq", parameter));
  }
  return state;
}

}  // namespace

void set_rate(torch::optim::Optimizer& optimiser, double rate) {
  for (auto& group : optimiser.param_groups()) group.options().set_lr(rate);
}

void put_optimizer(Checkpoint& checkpoint, const torch::optim::Optimizer& optimiser,
                   const std::string& prefix) {
  std::size_t index = 0;
  for (const auto& group : optimiser.param_groups()) {
    for (const auto& parameter : group.params()) {
      const std::string name = fmt::format("{}{}.", prefix, index++);
      const auto found = optimiser.state().find(parameter.unsafeGetTensorImpl());
      if (found == optimiser.state().end()) continue;  // has had no gradient so far
      const auto* state = found->second.get();
      if (const auto* adamw = dynamic_cast<const torch::optim::AdamWParamState*>(state)) {
        put_moments(checkpoint, *adamw, name);
      } else if (const auto* adam = dynamic_cast<const torch::optim::AdamParamState*>(state)) {
        put_moments(checkpoint, *adam, name);
      } else {
        TORCH_CHECK(false, "only Adam and AdamW can be saved");
      }
    }
  }
}

void take_optimizer(const Checkpoint& checkpoint, torch::optim::Optimizer& optimiser,
                    const std::string& prefix) {
  const bool is_adamw = dynamic_cast<torch::optim::AdamW*>(&optimiser) != nullptr;
  TORCH_CHECK(is_adamw || dynamic_cast<torch::optim::Adam*>(&optimiser) != nullptr,
              "only Adam and AdamW can be loaded");
  std::size_t index = 0;
  bool any = false;
  optimiser.state().clear();
  for (const auto& group : optimiser.param_groups()) {
    for (const auto& parameter : group.params()) {
      const std::string name = fmt::format("{}{}.", prefix, index++);
      if (!checkpoint.tensors.contains(name + "step")) continue;
      any = true;
      optimiser.state()[parameter.unsafeGetTensorImpl()] =
          is_adamw ? take_moments<torch::optim::AdamWParamState>(checkpoint, parameter, name)
                   : take_moments<torch::optim::AdamParamState>(checkpoint, parameter, name);
    }
  }
  require(any, ExitCode::bad_data, "{}: no tensor '{}N.step'; was it saved by a trainer?",
          checkpoint.source, prefix);
  require(!checkpoint.tensors.contains(fmt::format("{}{}.step", prefix, index)), ExitCode::bad_data,
          "{}: holds moments for more than {} parameters; were the options of the model changed?",
          checkpoint.source, index);
}

}  // namespace pincel
