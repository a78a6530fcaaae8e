// SPDX-License-Identifier: MIT
#include "generator/train_prior.h"

#include <torch/torch.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "core/checkpoint.h"
#include "core/random.h"
#include "core/tensor.h"
#include "generator/fitted.h"
#include "generator/prior_modules.h"
#include "generator/vqgan.h"
#include "guidance/clip.h"
#include "guidance/picture_source.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kPartEvery = 4;     // every fourth batch shows enlarged parts
constexpr std::int64_t kPartsOfScene = 4;  // crops taken of each of its pictures
constexpr std::int64_t kZooms[] = {2, 3, 4};

// What the prior is to learn from: right codes, and those it is shown instead where a blurred twin
// stands for them.
struct CodeBatch {
  at::Tensor codes;      // [B, g, g]
  at::Tensor blurred;    // [B, g, g], undefined for whole pictures
  at::Tensor condition;  // [B, D]
  std::int64_t zoom = 1;
};

class PriorTrainer {
 public:
  explicit PriorTrainer(const PriorTrainingOptions& options)
      : options_(options),
        device_(pick_device(options.training.device)),
        dtype_(training_precision(options.training, device_)),
        run_(options.training, "prior"),
        vqgan_(Vqgan::load(options.vqgan, device_)),
        clip_(Clip::load(options.clip, device_)),
        model_(shape()),
        generator_(make_generator(static_cast<std::uint64_t>(options.training.seed), "prior")),
        side_(options.grid * vqgan_.factor()),
        whole_(options.training, side_) {
    for (const auto zoom : kZooms) {
      parts_.push_back(std::make_unique<PictureSource>(options.training, side_ * zoom));
    }
    model_->initialise(
        make_generator(static_cast<std::uint64_t>(options.training.seed), "weights"));
    model_->to(device_);
    auto adam = torch::optim::AdamWOptions(options.training.rate)
                    .weight_decay(options.training.weight_decay)
                    .betas({0.9, 0.98});
    adam_ = std::make_unique<torch::optim::AdamW>(model_->parameters(), adam);
    restore();
  }

  ExitCode train() {
    model_->train();
    while (run_.more()) {
      const auto batch = next_batch();
      for (std::int64_t i = 0; i < options_.repeats && run_.more(); ++i) step(batch);
      ++batches_;
      if (run_.checkpoint_due()) save();
      if (run_.sample_due()) show_sample();
    }
    save();
    return run_.exit_code();
  }

 private:
  PriorConfig shape() const {
    PriorConfig c;
    c.codes = vqgan_.config().n_embed;
    c.grid = options_.grid;
    c.width = options_.width;
    c.layers = options_.layers;
    c.heads = options_.heads;
    c.condition = clip_.dimension();
    c.zooms = 5;
    return c;
  }

  void restore() {
    const auto saved = run_.resume();
    if (!saved) return;
    load_module(*model_, part_of(*saved, "model."));
    take_optimizer(*saved, *adam_);
    take_generator(*saved, generator_, "generator");
    whole_.seek(part_of_metadata(*saved, "whole"));
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      parts_[i]->seek(part_of_metadata(*saved, "part" + std::to_string(i)));
    }
    batches_ = std::stoll(saved->metadata.at("prior.batches"));
  }

  // Each source keeps its position under a prefix of its own.
  static Checkpoint part_of_metadata(const Checkpoint& saved, const std::string& name) {
    Checkpoint part;
    part.source = saved.source;
    for (const auto& [key, value] : saved.metadata) {
      if (key.rfind(name + ".", 0) == 0) part.metadata[key.substr(name.size() + 1)] = value;
    }
    return part;
  }

  static void put_position(Checkpoint& state, const PictureSource& source,
                           const std::string& name) {
    Checkpoint part;
    source.note_position(part);
    for (const auto& [key, value] : part.metadata) state.metadata[name + "." + key] = value;
  }

  void save() {
    Checkpoint state;
    put_part(state, collect_module(*model_), "model.");
    put_optimizer(state, *adam_);
    put_generator(state, generator_, "generator");
    put_position(state, whole_, "whole");
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      put_position(state, *parts_[i], "part" + std::to_string(i));
    }
    state.metadata["prior.batches"] = std::to_string(batches_);
    run_.save(std::move(state));
    const auto file = options_.weights.empty() ? run_.folder() / "prior.safetensors"
                                               : std::filesystem::path(options_.weights);
    write_checkpoint(file, prior_checkpoint(*model_, at::kHalf));
  }

  at::Tensor codes_of(const at::Tensor& images) {
    const Autocast autocast(device_, dtype_);
    return vqgan_.indices(vqgan_.encode(images).to(at::kFloat));
  }

  CodeBatch next_batch() {
    const torch::NoGradGuard no_grad;
    return batches_ % kPartEvery == kPartEvery - 1 ? next_parts() : next_whole();
  }

  CodeBatch next_whole() {
    const auto drawn = whole_.next(options_.training.batch);
    return {.codes = codes_of(drawn.images.to(device_)),
            .blurred = {},
            .condition = clip_.texts(drawn.captions),
            .zoom = 1};
  }

  CodeBatch next_parts() {
    const auto which = static_cast<std::size_t>((batches_ / kPartEvery) % 3);
    const auto zoom = kZooms[which];
    const auto scenes = std::max<std::int64_t>(1, options_.training.batch / kPartsOfScene);
    const auto drawn = parts_[which]->next(scenes);
    const auto large = drawn.images.to(device_);
    const auto soft = fitted_to(fitted_to(large, side_, side_), side_ * zoom, side_ * zoom);
    const auto corner = torch::randint(side_ * (zoom - 1) + 1, {scenes * kPartsOfScene, 2},
                                       generator_, torch::kLong);
    const auto corners = corner.accessor<std::int64_t, 2>();
    std::vector<at::Tensor> sharp_parts, soft_parts;
    for (std::int64_t i = 0; i < scenes * kPartsOfScene; ++i) {
      const auto crop = [&](const at::Tensor& images) {
        return images[i / kPartsOfScene]
            .slice(1, corners[i][0], corners[i][0] + side_)
            .slice(2, corners[i][1], corners[i][1] + side_);
      };
      sharp_parts.push_back(crop(large));
      soft_parts.push_back(crop(soft));
    }
    return {.codes = codes_of(torch::stack(sharp_parts)),
            .blurred = codes_of(torch::stack(soft_parts)),
            .condition = clip_.texts(drawn.captions).repeat_interleave(kPartsOfScene, 0),
            .zoom = zoom};
  }

  // Half of the enlarged parts are shown as their blurred twin, the rest like whole pictures.
  CorruptCodes corrupted(const CodeBatch& batch) {
    const auto unknown = model_->config.codes;
    auto plain = corrupt_codes(batch.codes, unknown, generator_);
    if (!batch.blurred.defined()) return plain;
    const auto soft = (torch::rand({batch.codes.size(0)}, generator_) < 0.6).to(device_);
    const auto wrong = (batch.blurred != batch.codes).to(at::kFloat).mean({1, 2});
    return {torch::where(soft.view({-1, 1, 1}), batch.blurred, plain.codes),
            torch::where(soft, wrong, plain.share)};
  }

  void step(const CodeBatch& batch) {
    set_rate(*adam_, run_.rate());
    const auto shown = corrupted(batch);
    const auto count = batch.codes.size(0);
    const auto known =
        (torch::rand({count}, generator_) >= (batch.zoom == 1 ? options_.unconditional : 0.5))
            .to(at::kFloat)
            .to(device_);
    const auto zoom = torch::full({count}, batch.zoom, batch.codes.options());
    at::Tensor logits;
    {
      const Autocast autocast(device_, dtype_);
      logits = model_->forward({.codes = shown.codes,
                                .condition = batch.condition,
                                .known = known,
                                .share = shown.share,
                                .zoom = zoom});
    }
    const auto each =
        F::cross_entropy(logits.to(at::kFloat).flatten(0, 1), batch.codes.flatten(),
                         F::CrossEntropyFuncOptions().reduction(torch::kNone));  // [B * g * g]
    const auto hidden = (shown.codes != batch.codes).flatten().to(at::kFloat);
    // Right codes left in place are nearly free to name: they count a quarter.
    const auto weights = 0.25 + 0.75 * hidden;
    const auto loss = (each * weights).sum() / weights.sum();
    adam_->zero_grad();
    loss.backward();
    torch::nn::utils::clip_grad_norm_(model_->parameters(), 1.0);
    adam_->step();
    const auto on_hidden = ((each * hidden).sum() / hidden.sum().clamp_min(1)).detach();
    run_.advance(
        {{"loss", loss.detach()}, {batch.zoom == 1 ? "hidden" : "hidden_part", on_hidden}});
  }

  // Pictures drawn by the prior alone from the newest captions.
  void show_sample() {
    const torch::NoGradGuard no_grad;
    const CodePrior prior(snapshot(), device_);
    auto draw = make_generator(static_cast<std::uint64_t>(run_.step()), "samples");
    const auto captions =
        std::vector<std::string>{"a red apple on a blue background", "a dog in the snow",
                                 "a rocket in the night sky", "a sunflower on a purple background"};
    const auto grid = options_.grid;
    PriorQuestion question;
    question.condition = clip_.texts(captions);
    question.codes = torch::full({4, grid, grid}, model_->config.codes,
                                 torch::TensorOptions().dtype(torch::kLong).device(device_));
    question.strength = 1.5;
    const auto codes = prior.sample(question, 12, 1.0, draw);
    const auto images = vqgan_.decode(vqgan_.lookup(codes)).clamp(0, 1);
    run_.sample("prior", torch::cat(images.unbind(0), 2).unsqueeze(0));
  }

  std::shared_ptr<CodePriorModelImpl> snapshot() {
    auto copy = std::make_shared<CodePriorModelImpl>(model_->config);
    load_module(*copy, collect_module(*model_));
    return copy;
  }

  PriorTrainingOptions options_;
  at::Device device_;
  at::ScalarType dtype_;
  TrainingRun run_;
  Vqgan vqgan_;
  Clip clip_;
  CodePriorModel model_;
  at::Generator generator_;
  std::int64_t side_;
  PictureSource whole_;
  std::vector<std::unique_ptr<PictureSource>> parts_;
  std::unique_ptr<torch::optim::AdamW> adam_;
  std::int64_t batches_ = 0;
};

}  // namespace

CorruptCodes corrupt_codes(const at::Tensor& codes, std::int64_t unknown,
                           at::Generator& generator) {
  const auto batch = codes.size(0);
  const auto uniform = [&](at::IntArrayRef shape) {
    return torch::rand(shape, generator, torch::kFloat).to(codes.device());
  };
  const auto each = [](const at::Tensor& x) { return x.view({-1, 1, 1}); };
  // A quarter has nothing hidden and any share wrong; the others hide a cosine-drawn share and have
  // up to a third of what is left wrong, as while sampling.
  const auto only_wrong = uniform({batch}) < 0.25;
  const auto hidden_share =
      torch::where(only_wrong, torch::zeros({batch}, codes.options().dtype(torch::kFloat)),
                   (uniform({batch}) * (M_PI / 2)).cos());
  const auto wrong_share =
      torch::where(only_wrong, uniform({batch}), 0.35 * uniform({batch}).square());
  const auto hidden = uniform(codes.sizes()) < each(hidden_share);
  const auto wrong = uniform(codes.sizes()) < each(wrong_share);
  const auto random =
      torch::randint(unknown, codes.sizes(), generator, torch::kLong).to(codes.device());
  const auto replaced = torch::where(wrong, random, codes);
  return {torch::where(hidden, torch::full_like(codes, unknown), replaced), wrong_share};
}

ExitCode train_prior(const PriorTrainingOptions& options) { return PriorTrainer(options).train(); }

}  // namespace pincel
