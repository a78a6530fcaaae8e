// SPDX-License-Identifier: MIT
#include "guidance/targets.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace pincel {
namespace {

// A row that only fills up pulls with weight 0 towards a target of length 0: its distance to every
// unit row is the same, so that it has no slope that could be infinite.
at::Tensor padded(const std::vector<at::Tensor>& rows) {
  return torch::nn::utils::rnn::pad_sequence(rows, true);
}

at::Tensor row_of(const std::vector<float>& values) { return torch::tensor(values, torch::kFloat); }

// Which of the frames a key lies behind, and how far it is on its way to the next.
std::pair<std::int64_t, double> place_of(const std::vector<double>& moments, double now) {
  const auto later = std::upper_bound(moments.begin(), moments.end(), now);
  if (later == moments.begin()) return {0, 0.0};
  const auto last = static_cast<std::int64_t>(moments.size()) - 1;
  const std::int64_t before = later - moments.begin() - 1;
  if (before == last) return {last, 0.0};
  const double from = moments[static_cast<std::size_t>(before)];
  const double to = moments[static_cast<std::size_t>(before) + 1];
  return {before, to > from ? (now - from) / (to - from) : 1.0};
}

}  // namespace

at::Tensor slerp(const at::Tensor& first, const at::Tensor& second, double share) {
  const auto cosine = (first * second).sum(-1, true).clamp(-1 + 1e-6, 1 - 1e-6);
  const auto angle = cosine.arccos();
  const auto mixed = ((1 - share) * angle).sin() * first + (share * angle).sin() * second;
  return mixed / mixed.norm(2, -1, true).clamp_min(1e-6);
}

Targets::Targets(std::span<const Wishes* const> pictures, const TextImageEncoder& encoder) {
  const auto plain = torch::TensorOptions().dtype(torch::kFloat);
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> stops;
  std::vector<at::Tensor> topical;
  for (const Wishes* wishes : pictures) {
    OfPicture& own = pictures_.emplace_back();
    own.phases = wishes->phases;
    std::vector<at::Tensor> rows{
        torch::zeros({0, encoder.dimension()}, plain.device(encoder.device()))};
    std::vector<float> stop_of_row;
    std::vector<float> topic_of_row;
    for (const Wish& wish : wishes->list) {
      rows.push_back(add_rows(wish, encoder, own));
      stop_of_row.resize(own.rows.size(), static_cast<float>(wish.prompt->stop()));
      topic_of_row.resize(own.rows.size(), wish.prompt->is_topic() ? 1.F : 0.F);
    }
    targets.push_back(torch::cat(rows));
    stops.push_back(row_of(stop_of_row));
    topical.push_back(row_of(topic_of_row));
  }
  targets_ = padded(targets);
  stops_ = padded(stops).to(encoder.device());
  topical_ = padded(topical).to(encoder.device());
  weights_ = weights_at(0, 1);
}

// -> the targets that it adds to those of a picture, [k, D]
at::Tensor Targets::add_rows(const Wish& wish, const TextImageEncoder& encoder,
                             OfPicture& picture) {
  const auto rows = wish.prompt->embed(encoder);
  Row row{.weight = wish.prompt->weight(),
          .share = 1,
          .is_topic = wish.prompt->is_topic(),
          .phase = wish.phase,
          .keys = wish.prompt->keys(),
          .frames = {}};
  changes_weight_ = changes_weight_ || !row.weight.is_constant() || row.phase >= 0;
  if (!row.keys.empty()) {
    moves_ = true;
    row.frames = rows;
    picture.rows.push_back(row);
    return rows.slice(0, 0, 1);
  }
  row.share = 1 / static_cast<double>(rows.size(0));
  picture.rows.insert(picture.rows.end(), static_cast<std::size_t>(rows.size(0)), row);
  return rows;
}

double Targets::weight_of(const Row& row, const Moments& phases, std::int64_t step,
                          std::int64_t steps) const {
  if (row.phase >= 0) {
    const auto begins = steps_of(phases, steps, LastMoment::before_end);
    const auto phase = static_cast<std::size_t>(row.phase);
    const auto now = static_cast<double>(step);
    const bool is_begun = phase == 0 || now >= begins[phase];
    const bool is_over = phase + 1 < begins.size() && now >= begins[phase + 1];
    if (!is_begun || is_over) return 0;
  }
  return row.share * row.weight.at(step, steps);
}

at::Tensor Targets::weights_at(std::int64_t step, std::int64_t steps) const {
  std::vector<at::Tensor> weights;
  for (const OfPicture& picture : pictures_) {
    std::vector<float> own;
    for (const Row& row : picture.rows) {
      own.push_back(static_cast<float>(weight_of(row, picture.phases, step, steps)));
    }
    weights.push_back(row_of(own));
  }
  const auto all = padded(weights);
  if (!targets_.is_cuda()) return all;
  // From pinned memory a copy does not wait for what the GPU is doing.
  return all.pin_memory().to(targets_.device(), /*non_blocking=*/true);
}

at::Tensor Targets::targets_at(std::int64_t step, std::int64_t steps) const {
  auto targets = targets_.clone();
  for (std::size_t b = 0; b < pictures_.size(); ++b) {
    for (std::size_t k = 0; k < pictures_[b].rows.size(); ++k) {
      const Row& row = pictures_[b].rows[k];
      if (row.keys.empty()) continue;
      const auto moments = steps_of(row.keys, steps, LastMoment::at_end);
      const auto [before, share] = place_of(moments, static_cast<double>(step));
      const auto next = std::min(before + 1, row.frames.size(0) - 1);
      targets[static_cast<std::int64_t>(b)][static_cast<std::int64_t>(k)].copy_(
          slerp(row.frames[before], row.frames[next], share));
    }
  }
  return targets;
}

Targets::Now Targets::at(std::int64_t step, std::int64_t steps) const {
  return {.targets = moves_ ? targets_at(step, steps) : targets_,
          .weights = changes_weight_ ? weights_at(step, steps) : weights_,
          .stops = stops_};
}

void Targets::renew(Now& kept, std::int64_t step, std::int64_t steps) const {
  if (!kept.targets.defined()) {
    kept = {.targets = targets_.clone(), .weights = weights_.clone(), .stops = stops_};
  }
  if (moves_) kept.targets.copy_(targets_at(step, steps));
  if (changes_weight_) kept.weights.copy_(weights_at(step, steps), /*non_blocking=*/true);
}

at::Tensor Targets::topics(std::int64_t step, std::int64_t steps) const {
  const Now now = at(step, steps);
  const auto wished = (now.weights.clamp_min(0) * topical_).unsqueeze(2) * now.targets;
  return torch::nn::functional::normalize(wished.sum(1),
                                          torch::nn::functional::NormalizeFuncOptions().dim(1));
}

}  // namespace pincel
