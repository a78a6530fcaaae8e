// SPDX-License-Identifier: MIT
#include "generator/codebook.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/error.h"
#include "core/ops/nearest_code.h"

namespace pincel {
namespace {

constexpr double kMemory = 0.99;     // of the moving average, per step
constexpr double kDeadShare = 0.03;  // of the even use 1 / Q: below it a code is dead
constexpr int kLloydRounds = 8;      // of Lloyd's algorithm
constexpr const char* kUseName = "codebook.use";

at::Tensor random_rows(const at::Tensor& rows, std::int64_t count, at::Generator& generator) {
  const at::Tensor chosen =
      count <= rows.size(0)
          ? torch::randperm(rows.size(0), generator, torch::kLong).slice(0, 0, count)
          : torch::randint(0, rows.size(0), {count}, generator, torch::kLong);
  return rows.index_select(0, chosen.to(rows.device()));
}

}  // namespace

at::Tensor codebook_loss(const at::Tensor& z, const at::Tensor& zq, double beta) {
  return (zq.detach() - z).square().mean() + beta * (zq - z.detach()).square().mean();
}

at::Tensor k_means(const at::Tensor& rows, std::int64_t count, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  at::Tensor centres = random_rows(rows, count, generator);  // [count, D]
  for (int round = 0; round < kLloydRounds; ++round) {
    const at::Tensor nearest = ops::nearest_code(rows, centres);  // [N]
    const at::Tensor members =
        torch::bincount(nearest, {}, count).to(rows.scalar_type()).unsqueeze(1);  // [count, 1]
    const at::Tensor sums = torch::zeros_like(centres).index_add_(0, nearest, rows);
    centres =
        torch::where(members > 0, sums / members.clamp_min(1), random_rows(rows, count, generator));
  }
  return centres;
}

CodebookUse::CodebookUse(std::int64_t codes, const at::Device& device)
    : use_(torch::full({codes}, 1.0 / static_cast<double>(codes),
                       torch::TensorOptions().dtype(torch::kFloat).device(device))) {}

void CodebookUse::count(const at::Tensor& indices) {
  const torch::NoGradGuard no_grad;
  const at::Tensor chosen = torch::bincount(indices.flatten(), {}, use_.size(0));
  use_.lerp_(chosen.to(torch::kFloat) / indices.numel(), 1 - kMemory);
}

at::Tensor CodebookUse::dead() const {
  return use_ < kDeadShare / static_cast<double>(use_.size(0));
}

at::Tensor CodebookUse::revive(at::Tensor codes, const at::Tensor& rows,
                               torch::optim::Optimizer& optimiser, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  const at::Tensor moved = dead().nonzero().flatten();  // [M]
  if (moved.numel() == 0) return moved;
  codes.index_copy_(0, moved, random_rows(rows, moved.numel(), generator));
  use_.index_fill_(0, moved, 1.0 / static_cast<double>(use_.size(0)));
  const auto state = optimiser.state().find(codes.unsafeGetTensorImpl());
  if (state != optimiser.state().end()) {
    auto& adam = static_cast<torch::optim::AdamParamState&>(*state->second);
    adam.exp_avg().index_fill_(0, moved, 0.0);
    adam.exp_avg_sq().index_fill_(0, moved, 0.0);
  }
  return moved;
}

at::Tensor CodebookUse::perplexity() const {
  const at::Tensor shares = use_ / use_.sum();
  return (-(shares * (shares + 1e-10).log()).sum()).exp();
}

at::Tensor CodebookUse::share() const { return 1 - dead().to(torch::kFloat).mean(); }

void CodebookUse::put(Checkpoint& checkpoint) const {
  checkpoint.tensors[kUseName] = use_.cpu().clone();
}

void CodebookUse::take(const Checkpoint& checkpoint) {
  const auto found = checkpoint.tensors.find(kUseName);
  require(found != checkpoint.tensors.end() && found->second.sizes() == use_.sizes(),
          ExitCode::bad_data, "{}: '{}' is missing or of another size; is this another model's?",
          checkpoint.source, kUseName);
  use_.copy_(found->second);
}

}  // namespace pincel
