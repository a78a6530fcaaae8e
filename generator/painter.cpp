// SPDX-License-Identifier: MIT
#include "generator/painter.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/free_memory.h"
#include "core/ops/group_norm.h"
#include "core/precision.h"
#include "core/random.h"
#include "core/tensor.h"
#include "generator/sampled_start.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kEnlargedRate = 0.4;  // share of the rate left for a picture that was enlarged

at::Tensor enlarged(const at::Tensor& image, std::int64_t height, std::int64_t width) {
  return F::interpolate(image, F::InterpolateFuncOptions()
                                   .size(std::vector<std::int64_t>{height, width})
                                   .mode(torch::kBicubic)
                                   .align_corners(false))
      .clamp(0, 1);
}

std::vector<std::int64_t> seeds_of(const std::vector<PictureOrder>& orders) {
  std::vector<std::int64_t> seeds;
  for (const auto& order : orders) seeds.push_back(order.seed);
  return seeds;
}

std::vector<std::string> prompts_of(const std::vector<PictureOrder>& orders) {
  std::vector<std::string> prompts;
  for (const auto& order : orders) prompts.push_back(order.prompts);
  return prompts;
}

}  // namespace

Painter::Painter(const PaintOptions& options, const PainterModels& models)
    : Painter(options, {{options.guidance.prompts, options.seed}}, models) {}

Painter::Painter(const PaintOptions& options, const std::vector<PictureOrder>& orders,
                 const PainterModels& models, const Checkpoint* from)
    : options_(options),
      models_(models),
      dtype_(precision_for(options.precision, models.device)),
      guidance_(models.guides, prompts_of(orders), options.guidance),
      rate_shape_(RateShape::parse(options.rate_shape)),
      plateau_(options.plateau),
      cutout_share_(Schedule::parse(options.guidance.cutouts.share, "cutouts.share")),
      layers_(options.layers,
              {options.height, options.width, options.steps, seeds_of(orders), models.device}),
      topics_(guidance_.topics()) {
  require(options.plateau.patience == 0 || orders.size() == 1, ExitCode::bad_value,
          "plateau.patience is {}, expected 0 where {} pictures are painted together: they share a "
          "rate",
          options.plateau.patience, orders.size());
  for (const auto& order : orders) {
    init_.push_back(make_generator(static_cast<std::uint64_t>(order.seed), "init"));
    cutouts_.push_back({.seed = mix_seed(static_cast<std::uint64_t>(order.seed), "cutouts")});
  }
  if (models_.vqgan) codebook_deviation_ = models_.vqgan->deviation();
  const auto small = coarse_size();
  const bool has_stages = small.height < options_.height || small.width < options_.width;
  coarse_steps_ = has_stages ? std::lround(options_.coarse * static_cast<double>(options_.steps))
                             : options_.steps;
  if (from != nullptr) {
    take(*from);
    return;
  }
  const Size first = coarse_steps_ == 0 ? Size{options_.height, options_.width} : small;
  begin_stage(first);
  start(first);
  remember_first();
}

// The picture with its shorter side as long as the first guide's view: what the models were trained
// on.
Painter::Size Painter::coarse_size() const {
  // Without an encoder there is no way from a small picture to a large one.
  if (models_.vqgan && !models_.vqgan->encodes()) return {options_.height, options_.width};
  const auto shorter = static_cast<double>(std::min(options_.height, options_.width));
  const double scale = static_cast<double>(models_.guides[0].clip->image_size()) / shorter;
  if (scale > 0.8 || !follows_pictures()) return {options_.height, options_.width};
  const double unit = models_.vqgan ? static_cast<double>(models_.vqgan->factor()) : 1.0;
  const auto fitted = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::lround(static_cast<double>(side) * scale / unit) *
                                     std::lround(unit));
  };
  return {fitted(options_.height), fitted(options_.width)};
}

Canvas Painter::canvas_of(const Size& size) const {
  return {.height = size.height,
          .width = size.width,
          .batch = batch(),
          .device = models_.device,
          .vqgan = models_.vqgan,
          .temperature = options_.temperature};
}

std::unique_ptr<Drawer> Painter::make_drawer(const Size& size) const {
  const auto& entry = find(drawers(), options_.drawer, "drawer");
  return entry.make(options_.drawer_options.of(options_.drawer), canvas_of(size));
}

bool Painter::follows_pictures() const {
  return models_.vqgan || make_drawer({options_.height, options_.width})->follows_pictures();
}

void Painter::remember_first() {
  if (options_.guidance.losses.empty()) return;
  const torch::NoGradGuard no_grad;
  const Autocast autocast(models_.device, dtype_);
  const auto now = layers_.kept(drawer_->render().to(at::kFloat));
  first_ = first_.defined() ? enlarged(first_, now.size(2), now.size(3)) : now;
  if (latent_drawer_ != nullptr) first_latent_ = latent_drawer_->latent().detach().clone();
}

void Painter::begin_stage(const Size& size) {
  drawer_ = make_drawer(size);
  latent_drawer_ = dynamic_cast<LatentDrawer*>(drawer_.get());
  layers_.begin_stage(size.height, size.width);
  const auto& optimiser = find(optimisers(), options_.optimiser, "optimiser");
  optimiser_ =
      optimiser.make(options_.optimiser_options.of(options_.optimiser), layers_.moved(*drawer_));
  expected_ = at::Tensor();
  average_ = at::Tensor();
  inputs_ = {};
  plan_stage(size);
  begin_graph();
}

// How a step of this stage keeps within memory.
void Painter::plan_stage(const Size& size) {
  size_ = size;
  const auto element = static_cast<std::int64_t>(c10::elementSize(dtype_));
  memory_ = step_memory({.height = size.height,
                         .width = size.width,
                         .batch = batch(),
                         .element = element,
                         .vqgan = models_.vqgan ? &models_.vqgan->config() : nullptr,
                         .has_fused_norm = ops::has_group_norm(models_.device, dtype_)});
  for (const auto& guide : models_.guides) {
    memory_.view += view_memory(guide.clip->config(), element);
  }
  const auto& cutouts = options_.guidance.cutouts;
  const std::int64_t allowed = options_.memory > 0 ? options_.memory - used_memory(models_.device)
                                                   : free_memory(models_.device);
  plan_ = plan_memory(memory_, batch() * cutouts.count, std::max<std::int64_t>(1, allowed));
  if (cutouts.at_once > 0) plan_.at_once = std::min(plan_.at_once, cutouts.at_once);
  notes_.push_back({.plan = plan_, .text = plan_.text()});
}

// What a step could not take: the next try is to do with less.
void Painter::spare_memory() {
  optimiser_->zero_grad();
  release_kept_memory(models_.device);
  const MemoryPlan before = plan_;
  require(step_down(plan_, memory_), ExitCode::memory,
          "step {}: out of memory with the smallest plan there is ({}); a smaller --size{} needs "
          "less",
          step_ + 1, before.text(), batch() > 1 ? " or fewer pictures at once" : "");
  notes_.push_back({.plan = plan_,
                    .text = fmt::format("out of memory in step {}; it is repeated with {}",
                                        step_ + 1, plan_.text())});
}

void Painter::start(const Size& size) {
  const Autocast autocast(models_.device, dtype_);
  if (models_.transformer) {
    const SampledStart sample{
        .transformer = *models_.transformer,
        .condition = {.label = options_.sample_class, .picture = options_.sample_condition},
        .choice = options_.sample_choice};
    start_from_sample(*drawer_, canvas_of(size), sample, init_);
  } else if (!options_.init.empty() && options_.init != kSampleInit) {
    const auto full = canvas_of({options_.height, options_.width});
    layers_.set_first(start_from_picture(*drawer_, full, options_.init, options_.start, init_));
  } else if (latent_drawer_ != nullptr && models_.prior) {
    std::vector<at::Tensor> codes;
    for (std::int64_t b = 0; b < batch(); ++b) codes.push_back(best_of_bank(b));
    latent_drawer_->set_codes(torch::cat(codes));
  } else {
    drawer_->start_from_noise(init_);
  }
}

// Several starts that the prior draws from nothing, told the prompt; the guide picks. -> [1, h, w]
at::Tensor Painter::best_of_bank(std::int64_t picture) {
  const torch::NoGradGuard no_grad;
  const auto& shape = latent_drawer_->latent();
  const auto unknown = models_.prior->config().codes;
  const PriorQuestion question{
      .codes = torch::full({options_.bank, shape.size(2), shape.size(3)}, unknown,
                           torch::TensorOptions().dtype(torch::kLong).device(models_.device)),
      .condition = topics_.slice(0, picture, picture + 1).expand({options_.bank, -1}),
      .strength = options_.strength};
  const auto codes = models_.prior->sample(question, options_.rounds, options_.temperature,
                                           init_[static_cast<std::size_t>(picture)]);
  const auto images = models_.vqgan->decode(models_.vqgan->lookup(codes)).clamp(0, 1);
  return codes.index_select(0, guidance_.distances(images, picture).argmin().view({1}));
}

// The picture so far at full size; the prior, which knows sharp detail, names its codes anew.
void Painter::enlarge() {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(models_.device, dtype_);
  const auto small = drawer_->render().to(at::kFloat);
  const double factor = static_cast<double>(options_.height) / static_cast<double>(small.size(2));
  const auto zooms = models_.prior ? models_.prior->config().zooms : 5;
  zoom_ = std::clamp<std::int64_t>(std::lround(factor), 2, zooms - 1);
  plateau_.begin_again();
  begin_stage({options_.height, options_.width});
  drawer_->start_from(layers_.kept(enlarged(small, options_.height, options_.width)));
  if (latent_drawer_ == nullptr || !models_.prior) return;
  const PriorQuestion question{.codes = models_.vqgan->indices(latent_drawer_->latent()),
                               .condition = {},
                               .share = 0.6,
                               .zoom = zoom_};
  latent_drawer_->set_codes(models_.prior->log_probabilities(question).argmax(1));
}

void Painter::step() {
  keep_good();
  if (step_ == coarse_steps_ && step_ < options_.steps && coarse_steps_ > 0) {
    enlarge();
    remember_first();
  }
  const Autocast autocast(models_.device, dtype_);
  if (layers_.lay_over(*drawer_, step_)) average_ = at::Tensor();
  drawer_->set_moment(step_, options_.steps);
  drawer_->begin_step(init_);
  prepare_step();
  while (!step_within(plan_)) spare_memory();
  ++step_;
  mark("update");
}

// What the host decides about this step, for all tries of it.
void Painter::prepare_step() {
  for (auto& key : cutouts_) {
    key.step = step_;
    key.steps = options_.steps;
  }
  look_ = {.step = step_,
           .steps = options_.steps,
           .cutouts = options_.guidance.cutouts,
           .keys = cutouts_,
           .first = first_,
           .first_latent = first_latent_,
           .mark = &mark_};
  layers_.begin_step();
  auto& cutouts = look_.cutouts;
  const double wished =
      static_cast<double>(cutouts.count) * cutout_share_.at(step_, options_.steps);
  cutouts.count = std::max<std::int64_t>(1, std::lround(wished));
  if (is_enlarged()) cutouts.zoom = std::max(cutouts.zoom, 0.25);
  const auto shape = torch::empty({1}, torch::TensorOptions().device(models_.device))
                         .expand({batch(), 3, size_.height, size_.width});
  guidance_.prepare(shape, look_, inputs_);
  optimiser_->set_rate((is_enlarged() ? kEnlargedRate : 1.0) * options_.rate *
                       rate_shape_.at(step_, options_.steps) * plateau().factor *
                       std::ldexp(1.0, -static_cast<int>(times_back_)));
}

std::vector<StepReport> Painter::take_reports() { return checked(reports_.take_all()); }

std::vector<StepReport> Painter::take_finished_reports() {
  return options_.plateau.patience > 0 ? take_reports() : checked(reports_.take_finished());
}

// Where painting small leads no further, the full size comes at once.
void Painter::watch_plateau(const std::vector<StepReport>& reports) {
  for (const StepReport& report : reports) plateau_.see(report.loss);
  if (!plateau().is_over || step_ >= coarse_steps_ || coarse_steps_ == options_.steps) return;
  coarse_steps_ = step_;
  plateau_.begin_again();
}

at::Tensor Painter::pictures() const {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(models_.device, dtype_);
  at::Tensor images;
  if (average_.defined()) {
    const auto kept = drawer_->parameters()[0].tensor.clone();
    drawer_->parameters()[0].tensor.copy_(average_);
    images = drawer_->render();
    drawer_->parameters()[0].tensor.copy_(kept);
  } else {
    images = drawer_->render();
  }
  images = guidance_.shown(images.to(at::kFloat));
  return layers_.shown(enlarged(images, options_.height, options_.width));
}

}  // namespace pincel
