// SPDX-License-Identifier: MIT
// Optimiser `lbfgs`: steps towards where the last few gradients say that the slope ends (limited
// memory BFGS, Nocedal 1980), without a line search: one look at the picture a step. It wants the
// same views in each step; each picture of a batch has a history of its own.
// Options: history 10, gradients that it remembers; reach 0.2, beyond which no step goes.
// Example: pincel paint "a red apple" --optimiser lbfgs --rate 1 --cutouts.plain 1
#include <torch/torch.h>

#include <utility>

#include "core/options.h"
#include "generator/optimiser.h"

namespace pincel {
namespace {

constexpr double kLeastCurvature = 1e-10;  // of a pair that is remembered

struct LbfgsOptions {
  std::int64_t history = 10;
  double reach = 0.2;

  template <class V>
  void fields(V&& visit) {
    visit("history", history, "steps that it remembers, each in twice the memory of what it moves",
          Range{1, 1000});
    visit("reach", reach, "longest step at rate 1, root mean square in deviations; 0: any",
          Range{0, 1000});
  }
};

class Lbfgs : public Optimiser {
 public:
  Lbfgs(const LbfgsOptions& options, std::vector<Parameter> parameters)
      : Optimiser(std::move(parameters)), history_(options.history), reach_(options.reach) {
    const auto& first = this->parameters()[0].tensor;
    const std::int64_t batch = first.size(0);
    std::int64_t length = 0;
    for (const auto& parameter : this->parameters()) length += parameter.tensor.numel() / batch;
    const auto like = first.options().requires_grad(false);
    place_ = torch::zeros({batch, length}, like);
    gradient_ = torch::zeros_like(place_);
    moves_ = torch::zeros({history_, batch, length}, like);
    turns_ = torch::zeros_like(moves_);
    weights_ = torch::zeros({history_, batch, 1}, like);
    looseness_ = torch::ones({batch, 1}, like);
    count_ = torch::zeros_like(rate());
  }

  void step() override {
    const torch::NoGradGuard no_grad;
    count_.add_(1);
    const auto is_first = count_ == 1;
    const auto [place, gradient] = now();
    remember(place - place_, gradient - gradient_, is_first);
    place_.copy_(place);
    gradient_.copy_(gradient);
    const auto careful = gradient.abs().sum(1, true).reciprocal_().clamp_max_(1);
    const auto way =
        path(gradient).mul_(torch::where(is_first, careful, torch::ones_like(careful)));
    if (reach_ > 0) {
      const auto length = way.square().mean(1, true).sqrt_();
      way.mul_(length.reciprocal_().mul_(reach_).clamp_max_(1));
    }
    go(way * rate());
  }

  std::vector<at::Tensor> state() const override {
    return {count_, place_, gradient_, moves_, turns_, weights_, looseness_};
  }

 private:
  struct Now {
    at::Tensor place, gradient;  // [B, N] in scales
  };
  Now now() const {
    std::vector<at::Tensor> places, gradients;
    for (const auto& [tensor, scale] : parameters()) {
      const std::vector<std::int64_t> rows{tensor.size(0), -1};
      const auto& gradient = tensor.grad();
      places.push_back((tensor / scale).reshape(rows));
      gradients.push_back(gradient.defined() ? (gradient * scale).reshape(rows)
                                             : torch::zeros_like(places.back()));
    }
    return {torch::cat(places, 1), torch::cat(gradients, 1)};
  }

  // Of each picture, the newest pair comes last, unless the slope did not rise on the way.
  void remember(const at::Tensor& move, const at::Tensor& turn, const at::Tensor& is_first) {
    const auto rise = (move * turn).sum(1, true);  // [B, 1]
    const auto is_kept = (rise > kLeastCurvature).logical_and(is_first.logical_not());
    const auto push = [&](at::Tensor& history, const at::Tensor& newest) {
      const auto pushed = torch::cat({history.slice(0, 1), newest.unsqueeze(0)});
      history.copy_(torch::where(is_kept, pushed, history));
    };
    push(moves_, move);
    push(turns_, turn);
    push(weights_, rise.reciprocal());
    const auto looseness = rise / turn.square().sum(1, true);
    looseness_.copy_(torch::where(is_kept, looseness, looseness_));
  }

  // Minus the inverse curvature times the gradient, by the two loops. Empty pairs weigh nothing.
  at::Tensor path(const at::Tensor& gradient) const {
    auto way = -gradient;  // [B, N]
    std::vector<at::Tensor> shares(static_cast<std::size_t>(history_));
    for (std::int64_t i = history_ - 1; i >= 0; --i) {
      auto& share = shares[static_cast<std::size_t>(i)];
      share = (moves_[i] * way).sum(1, true).mul_(weights_[i]);
      way.sub_(turns_[i] * share);
    }
    way.mul_(looseness_);
    for (std::int64_t i = 0; i < history_; ++i) {
      const auto back = (turns_[i] * way).sum(1, true).mul_(weights_[i]);
      way.add_(moves_[i] * (shares[static_cast<std::size_t>(i)] - back));
    }
    return way;
  }

  void go(const at::Tensor& path) const {
    std::int64_t begin = 0;
    for (const auto& [tensor, scale] : parameters()) {
      const std::int64_t end = begin + tensor.numel() / tensor.size(0);
      if (tensor.grad().defined()) {
        tensor.add_(path.slice(1, begin, end).reshape(tensor.sizes()), scale);
      }
      begin = end;
    }
  }

  std::int64_t history_;
  double reach_;
  at::Tensor place_, gradient_;  // [B, N], of the last step
  at::Tensor moves_, turns_;     // [history, B, N], the newest last
  at::Tensor weights_;           // [history, B, 1]
  at::Tensor looseness_;         // [B, 1], the inverse of the curvature
  at::Tensor count_;             // [], float64
};

}  // namespace

OptionBox lbfgs_optimiser_options() { return OptionBox::of<LbfgsOptions>(); }

std::unique_ptr<Optimiser> make_lbfgs_optimiser(const OptionBox& options,
                                                std::vector<Parameter> parameters) {
  return std::make_unique<Lbfgs>(options.as<LbfgsOptions>(), std::move(parameters));
}

}  // namespace pincel
