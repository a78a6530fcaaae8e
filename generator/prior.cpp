// SPDX-License-Identifier: MIT
#include "generator/prior.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/tensor.h"
#include "core/unfilled.h"
#include "generator/prior_modules.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr const char* kConfigKey = "pincel.config";

// Corners of the windows that cover `length` cells, half a window apart, the last one flush.
std::vector<std::int64_t> window_starts(std::int64_t length, std::int64_t side) {
  std::vector<std::int64_t> starts;
  for (std::int64_t at = 0; at + side < length; at += std::max<std::int64_t>(1, side / 2)) {
    starts.push_back(at);
  }
  starts.push_back(std::max<std::int64_t>(0, length - side));
  return starts;
}

// Codes at the window, repeated past the border where the grid is smaller than it. [B, g, g]
at::Tensor window_of(const at::Tensor& codes, std::int64_t top, std::int64_t left,
                     std::int64_t side) {
  const auto rows = (torch::arange(side) + top).clamp_max(codes.size(1) - 1);
  const auto columns = (torch::arange(side) + left).clamp_max(codes.size(2) - 1);
  return codes.index_select(1, rows.to(codes.device())).index_select(2, columns.to(codes.device()));
}

// [B, g * g, Q] -> [B, Q, g, g]
at::Tensor as_grid(const at::Tensor& rows, std::int64_t side) {
  return rows.transpose(1, 2).unflatten(2, {side, side});
}

// Weight of each cell of a window: most in the middle, so that seams do not show. [g, g]
at::Tensor window_weights(std::int64_t side) {
  const auto ramp =
      1 - (torch::arange(side, torch::kFloat) - (static_cast<double>(side) - 1) / 2).abs() /
              (static_cast<double>(side) / 2 + 0.5);
  return torch::outer(ramp, ramp);
}

// Gumbel noise from the CPU generator: the same draw on every device.
at::Tensor gumbel(at::IntArrayRef shape, at::Generator& generator) {
  const auto u = torch::rand(shape, generator, torch::kFloat).clamp(1e-9, 1 - 1e-7);
  return -(-u.log()).log();
}

// One code for each row of log-probabilities [B, L, Q]: the first whose summed probability lies
// above a random share of the whole. -> [B, L]
at::Tensor draw_codes(const at::Tensor& logits, double temperature, at::Generator& generator) {
  if (temperature == 0) return logits.argmax(2);
  const auto shares = temperature == 1 ? logits.exp() : (logits / temperature).softmax(2);
  const auto sums = shares.cumsum(2).contiguous();
  const auto u = torch::rand({logits.size(0), logits.size(1), 1}, generator, torch::kFloat);
  const auto at = u.to(logits.device()) * sums.slice(2, -1);
  return torch::searchsorted(sums, at, false, true).squeeze(2).clamp_max(logits.size(2) - 1);
}

// Whether a question is the same for every picture of the batch.
bool asks_once(const PriorQuestion& question) {
  const auto rows_are_one = [](const at::Tensor& rows) {
    return !rows.defined() || torch::equal(rows, rows.slice(0, 0, 1).expand_as(rows));
  };
  return rows_are_one(question.codes) && rows_are_one(question.condition);
}

PriorQuestion first_of(PriorQuestion question) {
  question.codes = question.codes.slice(0, 0, 1);
  if (question.condition.defined()) question.condition = question.condition.slice(0, 0, 1);
  return question;
}

}  // namespace

PriorConfig PriorConfig::from_json(const std::string& text, const std::string& source) {
  PriorConfig c;
  try {
    const json root = json::parse(text);
    require(root.value("kind", "") == "prior", ExitCode::bad_data,
            "{}: holds a '{}' model, expected a code prior", source, root.value("kind", "unknown"));
    c.codes = root.at("codes");
    c.grid = root.at("grid");
    c.width = root.at("width");
    c.layers = root.at("layers");
    c.heads = root.at("heads");
    c.condition = root.at("condition");
    c.zooms = root.at("zooms");
  } catch (const json::exception& e) {
    fail(ExitCode::bad_data, "{}: its prior config cannot be read: {}", source, e.what());
  }
  for (const auto value : {c.codes, c.grid, c.width, c.layers, c.heads, c.condition, c.zooms}) {
    require(value > 0 && value <= 100000, ExitCode::bad_data,
            "{}: its prior config has the size {}, expected 1 to 100000", source, value);
  }
  require(c.width % c.heads == 0, ExitCode::bad_data,
          "{}: prior width {} is no multiple of its {} heads", source, c.width, c.heads);
  return c;
}

std::string PriorConfig::to_json() const {
  return json{{"kind", "prior"},  {"codes", codes}, {"grid", grid},           {"width", width},
              {"layers", layers}, {"heads", heads}, {"condition", condition}, {"zooms", zooms}}
      .dump();
}

CodePrior CodePrior::load(const std::filesystem::path& path, const at::Device& device) {
  Checkpoint checkpoint = open_checkpoint(path);
  const auto found = checkpoint.metadata.find(kConfigKey);
  require(found != checkpoint.metadata.end(), ExitCode::bad_data,
          "{}: has no '{}' in its metadata; expected a prior that pincel has written",
          checkpoint.source, kConfigKey);
  auto model =
      unfilled<CodePriorModelImpl>(PriorConfig::from_json(found->second, checkpoint.source));
  load_module(*model, std::move(checkpoint));
  return CodePrior(std::move(model), device);
}

CodePrior::CodePrior(std::shared_ptr<CodePriorModelImpl> model, const at::Device& device)
    : model_(std::move(model)), device_(device) {
  model_->to(device);
  model_->eval();
  for (auto& parameter : model_->parameters()) parameter.requires_grad_(false);
}

CodePrior CodePrior::in_precision(at::ScalarType dtype) const {
  auto copy = unfilled<CodePriorModelImpl>(model_->config);
  copy->to(dtype);
  load_module(*copy, collect_module(*model_));
  return {std::move(copy), device_};
}

const PriorConfig& CodePrior::config() const { return model_->config; }

// window [B, g, g] -> [B, g * g, Q]
at::Tensor CodePrior::window_logits(const PriorQuestion& question, const at::Tensor& window) const {
  const auto batch = window.size(0);
  const auto& c = model_->config;
  const auto floats = model_->head->weight.options();
  const bool conditional = question.condition.defined();
  CodePriorModelImpl::Input input{
      .codes = window,
      .condition =
          conditional ? question.condition.to(floats) : torch::zeros({batch, c.condition}, floats),
      .known = torch::full({batch}, conditional ? 1.0 : 0.0, floats),
      .share = torch::full({batch}, question.share, floats),
      .zoom = torch::full({batch}, question.zoom, floats.dtype(torch::kLong))};
  auto logits = model_->forward(input).to(torch::kFloat);
  if (conditional && question.strength > 0) {
    input.known = torch::zeros_like(input.known);
    const auto plain = model_->forward(input).to(torch::kFloat);
    logits = logits + question.strength * (logits - plain);
  }
  return logits;
}

at::Tensor CodePrior::log_probabilities(const PriorQuestion& question) const {
  const torch::NoGradGuard no_grad;
  expect_shape(question.codes, {-1, -1, -1}, "codes");
  const auto side = model_->config.grid;
  const auto height = question.codes.size(1);
  const auto width = question.codes.size(2);
  if (height == side && width == side) {
    return as_grid(window_logits(question, question.codes).log_softmax(2), side);
  }
  const auto floats = torch::TensorOptions().device(device_).dtype(torch::kFloat);
  auto sum = torch::zeros({question.codes.size(0), model_->config.codes, height, width}, floats);
  auto weight = torch::zeros({1, 1, height, width}, floats);
  const auto share = window_weights(side).to(device_);
  for (const auto top : window_starts(height, side)) {
    for (const auto left : window_starts(width, side)) {
      const auto rows = std::min(side, height - top);
      const auto columns = std::min(side, width - left);
      const auto window = window_of(question.codes, top, left, side);
      const auto logits = as_grid(window_logits(question, window).log_softmax(2), side);
      const auto part = share.slice(0, 0, rows).slice(1, 0, columns);
      sum.slice(2, top, top + rows).slice(3, left, left + columns) +=
          part * logits.slice(2, 0, rows).slice(3, 0, columns);
      weight.slice(2, top, top + rows).slice(3, left, left + columns) += part;
    }
  }
  return (sum / weight).log_softmax(1);
}

at::Tensor CodePrior::expected(const PriorQuestion& question, const at::Tensor& codebook) const {
  const torch::NoGradGuard no_grad;
  return torch::einsum("bqhw,qd->bdhw", {log_probabilities(question).exp(), codebook});
}

at::Tensor CodePrior::sample(const PriorQuestion& question, std::int64_t rounds, double temperature,
                             at::Generator& generator) const {
  const torch::NoGradGuard no_grad;
  const auto wished = at::autocast::is_autocast_enabled(device_.type())
                          ? at::autocast::get_autocast_dtype(device_.type())
                          : torch::kFloat;
  if (wished == torch::kBFloat16 && model_->head->weight.scalar_type() != wished) {
    return in_precision(wished).sample(question, rounds, temperature, generator);
  }
  const auto batch = question.codes.size(0);
  const auto unknown = model_->config.codes;
  PriorQuestion next = question;
  const auto fixed = question.codes != unknown;  // [B, h, w]
  const auto cells = question.codes[0].numel();
  for (std::int64_t round = 1; round <= rounds; ++round) {
    const bool is_one = round == 1 && asks_once(next);
    const auto known = log_probabilities(is_one ? first_of(next) : next);  // [B or 1, Q, h, w]
    const auto logits = known.flatten(2).transpose(1, 2).expand({batch, -1, -1});  // [B, h * w, Q]
    const auto drawn = torch::where(
        fixed, question.codes,
        draw_codes(logits, temperature, generator).view(question.codes.sizes()));  // [B, h, w]
    const double done = static_cast<double>(round) / static_cast<double>(rounds);
    const auto hidden =
        static_cast<std::int64_t>(std::cos(M_PI / 2 * done) * static_cast<double>(cells));
    if (round == rounds || hidden == 0) return drawn;
    const auto doubt = gumbel(drawn.sizes(), generator).to(device_) * (temperature * (1 - done));
    const auto sure =
        logits.gather(2, drawn.flatten(1).unsqueeze(2)).view(drawn.sizes()) + doubt;  // [B, h, w]
    const auto order =
        torch::argsort(sure.masked_fill(fixed, 1e9).flatten(1), 1, false);  // least sure first
    next.codes =
        drawn.flatten(1).scatter(1, order.slice(1, 0, hidden), unknown).view(drawn.sizes());
    next.codes = torch::where(fixed, question.codes, next.codes);
  }
  return next.codes;
}

Checkpoint prior_checkpoint(const CodePriorModelImpl& model, at::ScalarType dtype) {
  Checkpoint checkpoint = collect_module(model, dtype);
  checkpoint.metadata["format"] = "pt";
  checkpoint.metadata[kConfigKey] = model.config.to_json();
  return checkpoint;
}

}  // namespace pincel
