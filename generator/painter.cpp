// SPDX-License-Identifier: MIT
#include "generator/painter.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/image_file.h"
#include "core/random.h"
#include "core/tensor.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kPriorEvery = 4;  // steps for which the prior's expectation is kept

at::ScalarType painting_precision(const std::string& name, const at::Device& device) {
  if (name != "auto") return dtype_named(name);
  return device.is_cuda() || cpu_has_bfloat16() ? at::kBFloat16 : at::kFloat;
}

at::Tensor enlarged(const at::Tensor& image, std::int64_t height, std::int64_t width) {
  return F::interpolate(image, F::InterpolateFuncOptions()
                                   .size(std::vector<std::int64_t>{height, width})
                                   .mode(torch::kBicubic)
                                   .align_corners(false))
      .clamp(0, 1);
}

}  // namespace

PainterModels load_painter_models(const PaintOptions& options, const at::Device& device) {
  PainterModels models;
  models.device = device;
  models.guide = std::make_shared<Clip>(Clip::load(options.guide, device));
  if (options.drawer != "vqgan") return models;
  models.vqgan = std::make_shared<Vqgan>(Vqgan::load(options.vqgan, device));
  if (options.prior <= 0) return models;
  models.prior = std::make_shared<CodePrior>(CodePrior::load(options.prior_weights, device));
  require(models.prior->config().codes == models.vqgan->config().n_embed &&
              models.prior->config().condition == models.guide->dimension(),
          ExitCode::bad_value,
          "prior_weights: this prior knows {} codes and embeddings of {}, but the VQGAN has {} and "
          "the guide {}; train one for them or paint with --prior 0",
          models.prior->config().codes, models.prior->config().condition,
          models.vqgan->config().n_embed, models.guide->dimension());
  return models;
}

Painter::Painter(const PaintOptions& options, const PainterModels& models)
    : options_(options),
      models_(models),
      dtype_(painting_precision(options.precision, models.device)),
      guidance_(models.guide, options.guidance),
      init_(make_generator(static_cast<std::uint64_t>(options.seed), "init")),
      cutouts_(make_generator(static_cast<std::uint64_t>(options.seed), "cutouts")) {
  if (models_.vqgan) codebook_deviation_ = models_.vqgan->codebook().std().item<double>();
  const auto small = coarse_size();
  const bool has_stages = small.height < options_.height || small.width < options_.width;
  coarse_steps_ = has_stages ? std::lround(options_.coarse * static_cast<double>(options_.steps))
                             : options_.steps;
  if (coarse_steps_ == 0) {
    begin_stage({options_.height, options_.width});
  } else {
    begin_stage(small);
  }
  start();
}

Painter::~Painter() = default;

// The picture with its shorter side as long as the guide's view: what the models were trained on.
Painter::Size Painter::coarse_size() const {
  const auto shorter = static_cast<double>(std::min(options_.height, options_.width));
  const double scale = static_cast<double>(models_.guide->image_size()) / shorter;
  if (scale > 0.8) return {options_.height, options_.width};
  const double unit = models_.vqgan ? static_cast<double>(models_.vqgan->factor()) : 1.0;
  const auto fitted = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::lround(static_cast<double>(side) * scale / unit) *
                                     std::lround(unit));
  };
  return {fitted(options_.height), fitted(options_.width)};
}

void Painter::begin_stage(const Size& size) {
  const Canvas canvas{
      .height = size.height, .width = size.width, .device = models_.device, .vqgan = models_.vqgan};
  drawer_ = find(drawers(), options_.drawer, "drawer").make(Settings{}, canvas);
  latent_drawer_ = dynamic_cast<LatentDrawer*>(drawer_.get());
  const double shrink = is_enlarged() ? 0.4 : 1.0;
  adam_ = std::make_unique<torch::optim::Adam>(
      drawer_->parameters(),
      torch::optim::AdamOptions(shrink * options_.rate * codebook_deviation_).betas({0.9, 0.95}));
  expected_ = at::Tensor();
  average_ = at::Tensor();
}

void Painter::start() {
  const Autocast autocast(models_.device, dtype_);
  if (!options_.init.empty()) {
    drawer_->start_from(read_image(options_.init).to(models_.device));
  } else if (latent_drawer_ != nullptr && models_.prior) {
    latent_drawer_->set_codes(best_of_bank(latent_drawer_->latent()));
  } else {
    drawer_->start_from_noise(init_);
  }
}

// Several starts that the prior draws from nothing, told the prompt; the guide picks. -> [1, h, w]
at::Tensor Painter::best_of_bank(const at::Tensor& shape) {
  const torch::NoGradGuard no_grad;
  const auto unknown = models_.prior->config().codes;
  const PriorQuestion question{
      .codes = torch::full({options_.bank, shape.size(2), shape.size(3)}, unknown,
                           torch::TensorOptions().dtype(torch::kLong).device(models_.device)),
      .condition = guidance_.topic().expand({options_.bank, -1}),
      .strength = options_.strength};
  const auto codes = models_.prior->sample(question, options_.rounds, options_.temperature, init_);
  const auto images = models_.vqgan->decode(models_.vqgan->lookup(codes)).clamp(0, 1);
  const auto best = guidance_.distances(images).argmin().item<std::int64_t>();
  return codes.slice(0, best, best + 1);
}

// The picture so far at full size; the prior, which knows sharp detail, names its codes anew.
void Painter::enlarge() {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(models_.device, dtype_);
  const auto small = drawer_->render().to(at::kFloat);
  const double factor = static_cast<double>(options_.height) / static_cast<double>(small.size(2));
  const auto zooms = models_.prior ? models_.prior->config().zooms : 5;
  zoom_ = std::clamp<std::int64_t>(std::lround(factor), 2, zooms - 1);
  begin_stage({options_.height, options_.width});
  drawer_->start_from(enlarged(small, options_.height, options_.width));
  if (latent_drawer_ == nullptr || !models_.prior) return;
  const PriorQuestion question{.codes = models_.vqgan->indices(latent_drawer_->latent()),
                               .condition = {},
                               .share = 0.6,
                               .zoom = zoom_};
  latent_drawer_->set_codes(models_.prior->log_probabilities(question).argmax(1));
}

// Mean squared distance of the latent to what the prior expects there, in squared deviations of
// the codebook. -> []
at::Tensor Painter::prior_distance() {
  const auto latent = latent_drawer_->latent();
  if (!expected_.defined() || step_ % kPriorEvery == 0) {
    const torch::NoGradGuard no_grad;
    const double left = 1 - static_cast<double>(step_) / static_cast<double>(options_.steps);
    const PriorQuestion question{.codes = models_.vqgan->indices(latent.detach()),
                                 .condition = is_enlarged() ? at::Tensor() : guidance_.topic(),
                                 .share = 0.1 + 0.3 * left,
                                 .zoom = zoom_,
                                 .strength = is_enlarged() ? 0.0 : options_.strength / 2};
    expected_ = models_.prior->expected(question, models_.vqgan->codebook());
  }
  return torch::mse_loss(latent, expected_) / (codebook_deviation_ * codebook_deviation_);
}

StepReport Painter::step() {
  if (step_ == coarse_steps_ && step_ < options_.steps && coarse_steps_ > 0) enlarge();
  const Autocast autocast(models_.device, dtype_);
  auto cutouts = options_.guidance.cutouts;
  if (is_enlarged()) cutouts.zoom = std::max(cutouts.zoom, 0.25);
  const auto image = drawer_->render();
  auto terms = guidance_.terms(image, step_, cutouts, cutouts_);
  if (models_.prior && latent_drawer_ != nullptr) {
    terms.push_back({"prior", options_.prior * prior_distance()});
  }
  auto loss = torch::zeros({}, image.options().dtype(at::kFloat));
  for (const auto& term : terms) loss = loss + term.value;
  adam_->zero_grad();
  loss.backward();
  adam_->step();
  drawer_->project();
  if (options_.ema > 0 && latent_drawer_ != nullptr) {
    const auto now = latent_drawer_->latent().detach();
    average_ =
        average_.defined() ? options_.ema * average_ + (1 - options_.ema) * now : now.clone();
  }
  ++step_;
  StepReport report{.step = step_, .loss = loss.item<double>(), .terms = {}};
  for (const auto& term : terms) report.terms.push_back({term.name, term.value.item<double>()});
  return report;
}

at::Tensor Painter::picture() const {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(models_.device, dtype_);
  at::Tensor image;
  if (average_.defined()) {
    const auto kept = latent_drawer_->latent().clone();
    latent_drawer_->latent().copy_(average_);
    image = drawer_->render();
    latent_drawer_->latent().copy_(kept);
  } else {
    image = drawer_->render();
  }
  return enlarged(image.to(at::kFloat), options_.height, options_.width);
}

}  // namespace pincel
