// SPDX-License-Identifier: MIT
#include "generator/code_transformer.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/ops/nearest_code.h"
#include "core/tensor.h"
#include "core/unfilled.h"
#include "generator/condition_picture.h"
#include "generator/gpt_modules.h"
#include "generator/vqgan_modules.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

// The half of a VQGAN that makes codes of a condition.
struct ConditionEncoderImpl : torch::nn::Module {
  explicit ConditionEncoderImpl(const VqganConfig& config)
      : encoder(register_module("encoder", VqganEncoder(config))),
        quantize(register_module("quantize", VqganQuantizer(config))),
        quant_conv(register_module("quant_conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(
                                                     config.z_channels, config.embed_dim, 1)))) {}

  // [1, C, H, W] -> [1, h, w]
  at::Tensor forward(const at::Tensor& image) {
    const auto z = quant_conv(encoder(image));  // [1, D, h, w]
    if (!quantize->proj.is_empty()) return quantize->proj(z).argmax(1);
    const auto rows = z.permute({0, 2, 3, 1}).reshape({-1, z.size(1)});
    return ops::nearest_code(rows, quantize->embedding->weight).view({1, z.size(2), z.size(3)});
  }

  VqganEncoder encoder;
  VqganQuantizer quantize;
  torch::nn::Conv2d quant_conv;
};
TORCH_MODULE(ConditionEncoder);

constexpr std::array kEncoderParts = {"encoder.", "quantize.", "quant_conv."};

bool nothing(const std::string&) { return false; }

// The tensors whose full names start with prefix + one of the parts, without the prefix; GPT's
// masks, which follow from its shape, are left aside.
Checkpoint part_of(const Checkpoint& whole, const std::string& prefix,
                   std::span<const char* const> parts) {
  Checkpoint part;
  part.source = whole.source;
  for (auto i = whole.tensors.lower_bound(prefix);
       i != whole.tensors.end() && i->first.starts_with(prefix); ++i) {
    const std::string name = i->first.substr(prefix.size());
    const bool is_part = parts.empty() || std::any_of(parts.begin(), parts.end(), [&](auto* start) {
                           return name.starts_with(start);
                         });
    if (is_part && !name.ends_with(".attn.mask")) part.tensors.emplace(name, i->second);
  }
  return part;
}

void freeze(torch::nn::Module& module, const at::Device& device) {
  module.to(device);
  module.eval();
  for (auto& parameter : module.parameters()) parameter.requires_grad_(false);
}

// Where a cell of a row (or column) of `length` lies in the window of `side` around it: in its
// middle, but for cells near an end, where the window stays inside.
std::int64_t place_in_window(std::int64_t at, std::int64_t length, std::int64_t side) {
  const auto half = side / 2;
  if (at <= half) return at;
  return length - at < half ? side - (length - at) : half;
}

}  // namespace

struct CodeTransformerModel {
  explicit CodeTransformerModel(const GptConfig& config) : gpt(config) {}

  Gpt gpt;
  ConditionEncoder encoder{nullptr};  // where the condition is a picture
  at::Tensor order;  // [n], where in a drawn sequence each cell's code is; undefined: in order
};

fs::path transformer_in(const fs::path& path) {
  std::error_code ignored;
  const fs::path last = path / "checkpoints" / "last.ckpt";
  return fs::is_regular_file(last, ignored) ? last : checkpoint_in(path);
}

CodeTransformer CodeTransformer::load(const fs::path& path, const at::Device& device) {
  const fs::path file = transformer_in(path);
  const Checkpoint shapes = open_checkpoint(file, nothing);
  const TransformerConfig config = transformer_config_of(shapes);
  const bool has_cond_stage = shapes.tensors.contains("cond_stage_model.encoder.conv_in.weight");
  const std::string stage = has_cond_stage ? "cond_stage_model." : "first_stage_model.";
  const bool has_encoder = config.condition == ConditionKind::picture;
  const Checkpoint whole = open_checkpoint(file, [&](const std::string& name) {
    if (name.starts_with("transformer.")) return !name.ends_with(".attn.mask");
    if (name.starts_with("permuter.")) return true;
    return has_encoder &&
           std::any_of(kEncoderParts.begin(), kEncoderParts.end(),
                       [&](const char* part) { return name.starts_with(stage + part); });
  });
  auto model = unfilled<CodeTransformerModel>(config.gpt);
  load_module(*model->gpt, part_of(whole, "transformer.", {}));
  freeze(*model->gpt, device);
  if (has_encoder) {
    model->encoder = ConditionEncoder(config.cond_stage);
    load_module(*model->encoder, part_of(whole, stage, kEncoderParts));
    freeze(*model->encoder, device);
  }
  const auto order = whole.tensors.find("permuter.backward_shuffle_idx");
  if (order != whole.tensors.end()) {
    model->order = order->second.to(torch::kLong).flatten();
    const auto cells = config.window() * config.window();
    require(torch::equal(std::get<0>(model->order.sort()), torch::arange(cells)),
            ExitCode::bad_data, "{}: its order of codes is none of its {} cells", whole.source,
            cells);
    model->order = model->order.to(device);
  }
  auto vqgan = std::make_shared<const Vqgan>(Vqgan::load(file, device));
  return {config, std::move(model), std::move(vqgan)};
}

CodeTransformer::CodeTransformer(const TransformerConfig& config,
                                 std::shared_ptr<CodeTransformerModel> model,
                                 std::shared_ptr<const Vqgan> vqgan)
    : config_(config), model_(std::move(model)), vqgan_(std::move(vqgan)) {}

at::Tensor CodeTransformer::condition(const TransformerCondition& given, const Cells& cells) const {
  const torch::NoGradGuard no_grad;
  const bool is_label = config_.condition == ConditionKind::label;
  const bool is_picture = config_.condition == ConditionKind::picture;
  require(is_label || given.label < 0, ExitCode::bad_value,
          "class {}: this transformer is told {}, no class", given.label, config_.description());
  require(is_picture || given.picture.empty(), ExitCode::bad_value,
          "condition {}: this transformer is told {}, no picture", given.picture.string(),
          config_.description());
  require(!is_label || (given.label >= 0 && given.label < config_.classes), ExitCode::bad_value,
          "class is {}, expected 0 to {}: this transformer draws one of its classes",
          given.label < 0 ? std::string("missing") : std::to_string(given.label),
          config_.classes - 1);
  require(!is_picture || !given.picture.empty(), ExitCode::bad_value,
          "condition is missing: this transformer draws a picture for {}", config_.description());
  const auto whole = torch::TensorOptions().dtype(torch::kLong).device(vqgan_->codebook().device());
  if (config_.condition == ConditionKind::nothing) {
    return torch::full({1, 1}, config_.sos_token, whole);
  }
  if (is_label) return torch::full({1, 1}, given.label, whole);
  const auto factor = vqgan_->factor();
  const auto height = cells.height * factor;
  const auto width = cells.width * factor;
  if (config_.condition == ConditionKind::place) {
    // As taming counts: the pixels in rows, averaged over each cell.
    const auto pixels =
        (torch::arange(height * width, torch::kDouble) / static_cast<double>(height * width))
            .to(torch::kFloat)
            .view({1, 1, height, width});
    const auto steps = static_cast<double>(config_.place_codes) *
                       torch::adaptive_avg_pool2d(pixels, {cells.height, cells.width}).clamp(0, 1);
    return steps.round()
        .to(torch::kLong)
        .squeeze(1)
        .clamp_max(config_.gpt.vocab_size - 1)
        .to(whole.device());
  }
  const auto image = read_condition_picture(
      given.picture, {.channels = config_.channels(), .height = height, .width = width});
  return model_->encoder(image.to(whole.device()));
}

at::Tensor CodeTransformer::logits(const at::Tensor& tokens) const {
  expect_shape(tokens, {-1, -1}, "tokens");
  return model_->gpt(tokens);
}

bool CodeTransformer::has_own_order() const { return model_->order.defined(); }

void CodeTransformer::expect_cells(const Cells& cells) const {
  const auto side = config_.window();
  const auto pixels = side * vqgan_->factor();
  require(std::min(cells.height, cells.width) >= side, ExitCode::bad_value,
          "a side of {} pixels is too short: this transformer sees {} pixels at once",
          std::min(cells.height, cells.width) * vqgan_->factor(), pixels);
  require(!has_own_order() || (cells.height == side && cells.width == side), ExitCode::bad_value,
          "this transformer has an order of its own for codes and draws {0}x{0} pixels only",
          pixels);
}

at::Tensor CodeTransformer::draw(const CodeDraw& request,
                                 std::span<at::Generator> generators) const {
  const torch::NoGradGuard no_grad;
  const auto [height, width] = request.cells;
  const auto side = config_.window();
  const auto batch = static_cast<std::int64_t>(generators.size());
  expect_cells(request.cells);
  const bool is_map = request.condition.dim() == 3;
  auto codes = torch::zeros({batch, height, width}, request.condition.options());
  GptCache cache;
  std::int64_t seen_top = -1, seen_left = -1;
  for (std::int64_t cell = 0; cell < height * width; ++cell) {
    const auto row = cell / width;
    const auto column = cell % width;
    const auto local_row = place_in_window(row, height, side);
    const auto local_column = place_in_window(column, width, side);
    const auto top = row - local_row;
    const auto left = column - local_column;
    const auto window = [&](const at::Tensor& map) {
      return map.slice(1, top, top + side).slice(2, left, left + side).flatten(1);
    };
    const auto condition =
        (is_map ? window(request.condition) : request.condition).expand({batch, -1});
    const auto known = local_row * side + local_column;  // codes of the window
    const auto fed = condition.size(1) + known;
    // The same window one code later needs that code alone; another one is read anew.
    const bool goes_on = top == seen_top && left == seen_left && cache.length == fed - 1;
    if (!goes_on) cache.length = 0;
    const auto tokens = torch::cat({condition, window(codes).slice(1, 0, known)}, 1);
    const auto next = model_->gpt->next(tokens.slice(1, cache.length), cache);  // [B, V]
    const auto chosen = choose_codes(next.slice(1, 0, vqgan_->config().n_embed), request.choice,
                                     generators);  // [B]
    codes.select(1, row).select(1, column).copy_(chosen);
    seen_top = top;
    seen_left = left;
    if (request.told) request.told(cell + 1);
  }
  if (!model_->order.defined()) return codes;
  return codes.flatten(1).index_select(1, model_->order).view_as(codes);
}

}  // namespace pincel
