// SPDX-License-Identifier: MIT
// Loss `aesthetic`: 0.02 (rating - target)^2, rating = w . e + b with e the guide's embedding of
// the whole picture. The head is a file beside the CLIP it was fitted to: LAION's linear heads
// (weight, bias) and its improved predictors (layers.0.weight, ..., linear all through).
// Options: head, target.
// Example: --clip vit-b-32 --losses aesthetic:1 --loss.aesthetic.head sa_0_4_vit_b_32_linear.pth
#include <torch/torch.h>

#include <charconv>
#include <string_view>

#include "core/checkpoint.h"
#include "core/error.h"
#include "guidance/clip.h"
#include "guidance/loss.h"

namespace pincel {
namespace {

struct AestheticOptions {
  std::string head;
  double target = 10;

  template <class V>
  void fields(V&& visit) {
    visit("head", head, "file with the linear head that rates embeddings of the first CLIP");
    visit("target", target, "the rating that is wished for, mostly 1 to 10", Range{-100, 100});
  }
};

struct Head {
  at::Tensor weight;  // [1, D]
  at::Tensor bias;    // [1]
};

Head linear(const Checkpoint& file, const std::string& prefix) {
  const auto weight = file.tensors.find(prefix + "weight");
  const auto bias = file.tensors.find(prefix + "bias");
  require(weight != file.tensors.end() && bias != file.tensors.end(), ExitCode::bad_data,
          "{}: has no '{}weight' and '{}bias'; expected a linear head, [1, D] and [1]", file.source,
          prefix, prefix);
  require(weight->second.dim() == 2 && bias->second.dim() == 1 &&
              weight->second.size(0) == bias->second.size(0),
          ExitCode::bad_data, "{}: '{}weight' and '{}bias' are no linear layer", file.source,
          prefix, prefix);
  return {weight->second.to(at::kDouble), bias->second.to(at::kDouble)};
}

// The numbers N of all "layers.N.weight", ascending.
std::vector<int> layer_numbers(const Checkpoint& file) {
  std::vector<int> numbers;
  constexpr std::string_view kLayers = "layers.";
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(kLayers) || !name.ends_with(".weight")) continue;
    int number = -1;
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data() + kLayers.size(), end, number).ec == std::errc()) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Linear layers one after the other are one.
Head read_head(const std::string& path) {
  const Checkpoint file = open_checkpoint(path);
  const std::vector<int> numbers = layer_numbers(file);
  Head head = linear(file, numbers.empty() ? "" : fmt::format("layers.{}.", numbers[0]));
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    const Head next = linear(file, fmt::format("layers.{}.", numbers[i]));
    require(next.weight.size(1) == head.weight.size(0), ExitCode::bad_data,
            "{}: layers.{}.weight takes {} numbers, the layer before gives {}", file.source,
            numbers[i], next.weight.size(1), head.weight.size(0));
    head = {at::matmul(next.weight, head.weight), at::mv(next.weight, head.bias) + next.bias};
  }
  require(head.weight.size(0) == 1 && head.weight.isfinite().all().item<bool>() &&
              head.bias.isfinite().all().item<bool>(),
          ExitCode::bad_data, "{}: rates with {} numbers, expected one finite one", file.source,
          head.weight.size(0));
  return head;
}

class AestheticLoss : public Loss {
 public:
  AestheticLoss(std::shared_ptr<const Clip> guide, const Head& head, double target)
      : guide_(std::move(guide)),
        weight_(head.weight.to(guide_->device(), at::kFloat)),
        bias_(head.bias.to(guide_->device(), at::kFloat)),
        target_(target) {}

  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    const auto rating = (guide_->images(frame.image) * weight_).sum(1) + bias_;
    return 0.02 * (rating - target_).square();
  }

 private:
  std::shared_ptr<const Clip> guide_;
  at::Tensor weight_;  // [1, D]
  at::Tensor bias_;    // [1]
  double target_;
};

}  // namespace

OptionBox aesthetic_loss_options() { return OptionBox::of<AestheticOptions>(); }

std::unique_ptr<Loss> make_aesthetic_loss(const OptionBox& options, const LossContext& context) {
  const auto& given = options.as<AestheticOptions>();
  require(!given.head.empty(), ExitCode::bad_value,
          "loss.aesthetic.head: no head; name a file with a linear layer fitted to this CLIP");
  const Head head = read_head(given.head);
  require(head.weight.size(1) == context.guide->dimension(), ExitCode::bad_data,
          "{}: rates embeddings of {} numbers, but the first CLIP gives {}; put the CLIP it was "
          "fitted to first in --clip",
          given.head, head.weight.size(1), context.guide->dimension());
  return std::make_unique<AestheticLoss>(context.guide, head, given.target);
}

}  // namespace pincel
