// SPDX-License-Identifier: MIT
#include "guidance/train_clip.h"

#include <torch/torch.h>

#include <cmath>
#include <memory>
#include <numeric>

#include "core/checkpoint.h"
#include "core/image_file.h"
#include "core/random.h"
#include "core/tensor.h"
#include "guidance/clip.h"
#include "guidance/clip_modules.h"
#include "guidance/picture_source.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct Batch {
  at::Tensor images;  // [B, 3, S, S] in [0, 1]
  at::Tensor ids;     // [B, L]
  at::Tensor same;    // [B, B]
  std::vector<std::vector<int>> things;
};

// Small random zoom, turn, shift and brightness for half of the pictures: what cutouts look like.
at::Tensor jittered(const at::Tensor& images, at::Generator& generator) {
  const auto batch = images.size(0);
  const auto uniform = [&](double low, double high) {
    return torch::rand({batch}, generator, torch::kFloat).mul_(high - low).add_(low);
  };
  const auto chosen = (uniform(0, 1) < 0.6).to(torch::kFloat);
  const auto zoom = 1 + (uniform(0.75, 1.1) - 1) * chosen;
  const auto angle = uniform(-0.12, 0.12) * chosen;
  const auto theta = torch::stack(
      {torch::stack({zoom * angle.cos(), -zoom * angle.sin(), uniform(-0.15, 0.15) * chosen}, 1),
       torch::stack({zoom * angle.sin(), zoom * angle.cos(), uniform(-0.15, 0.15) * chosen}, 1)},
      1);  // [B, 2, 3]
  const auto device = images.device();
  const auto grid = F::affine_grid(theta.to(device), images.sizes(), false);
  const auto moved = F::grid_sample(images, grid,
                                    F::GridSampleFuncOptions()
                                        .mode(torch::kBilinear)
                                        .padding_mode(torch::kReflection)
                                        .align_corners(false));
  const auto gain = (1 + uniform(-0.12, 0.12) * chosen).view({batch, 1, 1, 1}).to(device);
  return (moved * gain).clamp(0, 1);
}

at::Tensor same_captions(const std::vector<std::string>& captions, const at::Device& device) {
  const auto n = static_cast<std::int64_t>(captions.size());
  auto same = torch::zeros({n, n}, torch::kBool);
  auto cells = same.accessor<bool, 2>();
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      cells[i][j] = captions[static_cast<std::size_t>(i)] == captions[static_cast<std::size_t>(j)];
    }
  }
  return same.to(device);
}

at::Tensor unit(const at::Tensor& rows) { return F::normalize(rows.to(torch::kFloat)); }

// Weight decay is for matrices; norms, biases and the temperature have none.
std::vector<torch::optim::OptimizerParamGroup> parameter_groups(const torch::nn::Module& model,
                                                                const TrainingOptions& options) {
  std::vector<at::Tensor> decayed, plain;
  for (const auto& parameter : model.parameters()) {
    if (!parameter.requires_grad()) continue;
    (parameter.dim() > 1 ? decayed : plain).push_back(parameter);
  }
  const auto group = [&](const std::vector<at::Tensor>& parameters, double decay) {
    auto adam = std::make_unique<torch::optim::AdamWOptions>(options.rate);
    adam->weight_decay(decay).betas({0.9, 0.98}).eps(1e-6);
    return torch::optim::OptimizerParamGroup(parameters, std::move(adam));
  };
  return {group(decayed, options.weight_decay), group(plain, 0.0)};
}

class ClipTrainer {
 public:
  ClipTrainer(const ClipTrainingOptions& options, const ThroughGenerator& through)
      : options_(options),
        through_(through),
        device_(pick_device(options.training.device)),
        dtype_(training_precision(options.training, device_)),
        run_(options.training, "clip"),
        tokenizer_(Tokenizer::from_file(options.merges)),
        model_(options.architecture(static_cast<std::int64_t>(tokenizer_.vocab_size()))),
        generator_(make_generator(static_cast<std::uint64_t>(options.training.seed), "clip")),
        source_(options.training, options.image_size, options.bare_names) {
    model_->initialise(
        make_generator(static_cast<std::uint64_t>(options.training.seed), "weights"));
    if (!options.start.empty()) load_module(*model_, open_checkpoint(options.start));
    model_->to(device_);
    for (auto& item : model_->named_parameters()) {
      if (!item.key().starts_with("visual.")) item.value().requires_grad_(!options.freeze_text);
    }
    for (auto& parameter : model_->parameters()) {
      if (parameter.dim() != 4) continue;
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
    }
    auto groups = parameter_groups(*model_, options.training);
    if (source_.world() != nullptr && options.thing_weight > 0) {
      proxies_ = first_proxies().requires_grad_(true);
      groups.back().params().push_back(proxies_);
    }
    adam_ = std::make_unique<torch::optim::AdamW>(
        std::move(groups), torch::optim::AdamWOptions(options.training.rate));
    restore();
  }

  ExitCode train() {
    model_->train();
    while (run_.more()) {
      step(next_batch());
      if (run_.checkpoint_due()) save();
      if (run_.sample_due()) {
        show_sample();
        validate();
      }
    }
    save();
    validate();
    return run_.exit_code();
  }

 private:
  // Trained weights know the names already; others start anywhere. [T, D]
  at::Tensor first_proxies() {
    const torch::NoGradGuard no_grad;
    const auto& things = source_.world()->things();
    const auto count = static_cast<std::int64_t>(things.size());
    if (options_.start.empty()) {
      return torch::randn({count, options_.embed_dim}, generator_, torch::kFloat).to(device_);
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < things.size(); ++i) {
      names.push_back(source_.world()->name(static_cast<int>(i), Language::en));
    }
    return unit(model_->embed_text(token_ids(tokenizer_, names, options_.context).to(device_)));
  }

  void restore() {
    const auto saved = run_.resume();
    if (!saved) return;
    load_module(*model_, part_of(*saved, "model."));
    if (proxies_.defined()) {
      const torch::NoGradGuard no_grad;
      proxies_.copy_(saved->tensors.at("things.proxies"));
    }
    take_optimizer(*saved, *adam_);
    take_generator(*saved, generator_, "generator");
    source_.seek(*saved);
  }

  void save() {
    Checkpoint state;
    put_part(state, collect_module(*model_), "model.");
    if (proxies_.defined()) state.tensors["things.proxies"] = proxies_.detach();
    put_optimizer(state, *adam_);
    put_generator(state, generator_, "generator");
    source_.note_position(state);
    run_.save(std::move(state));
    write_checkpoint(weights_file(), clip_checkpoint(*model_, tokenizer_, at::kHalf));
  }

  std::filesystem::path weights_file() const {
    return options_.weights.empty() ? run_.folder() / "clip.safetensors"
                                    : std::filesystem::path(options_.weights);
  }

  Batch next_batch() {
    const auto drawn = source_.next(options_.training.batch);
    auto images = jittered(drawn.images.to(device_), generator_);
    if (through_ && options_.vqgan_share > 0) {
      const auto share = static_cast<std::int64_t>(
          std::lround(options_.vqgan_share * static_cast<double>(images.size(0))));
      if (share > 0) {
        const torch::NoGradGuard no_grad;
        images =
            torch::cat({through_(images.slice(0, 0, share)).clamp(0, 1), images.slice(0, share)});
      }
    }
    return {.images = images.contiguous(at::MemoryFormat::ChannelsLast),
            .ids = token_ids(tokenizer_, drawn.captions, options_.context).to(device_),
            .same = same_captions(drawn.captions, device_),
            .things = drawn.things};
  }

  at::Tensor embed_images(const at::Tensor& images) {
    const Autocast autocast(device_, dtype_);
    const auto& c = model_->config;
    const auto mean = torch::tensor({c.mean[0], c.mean[1], c.mean[2]}, torch::kFloat).to(device_);
    const auto deviation = torch::tensor({c.std[0], c.std[1], c.std[2]}, torch::kFloat).to(device_);
    return unit(
        model_->embed_image((images - mean.view({1, 3, 1, 1})) / deviation.view({1, 3, 1, 1})));
  }

  // Pictures moved by at most `radius` (L2, pixels in [0, 1]) up the loss.
  at::Tensor adversarial(const Batch& batch, const at::Tensor& texts) {
    const double stride = options_.radius / static_cast<double>(options_.robust_steps);
    at::Tensor moved = batch.images;
    for (std::int64_t i = 0; i < options_.robust_steps; ++i) {
      moved = moved.detach().requires_grad_(true);
      const auto loss =
          contrastive_loss(embed_images(moved), texts, model_->scale().detach(), batch.same);
      const auto gradient = torch::autograd::grad({loss}, {moved})[0];
      const auto length = gradient.flatten(1).norm(2, 1).view({-1, 1, 1, 1}) + 1e-12;
      moved = (moved.detach() + stride * gradient / length).clamp(0, 1);
    }
    return moved.detach();
  }

  void step(const Batch& batch) {
    set_rate(*adam_, run_.rate());
    at::Tensor texts;
    {
      const Autocast autocast(device_, dtype_);
      texts = unit(model_->embed_text(batch.ids));
    }
    const auto images = options_.radius > 0 ? adversarial(batch, texts.detach()) : batch.images;
    shown_ = images;
    const auto embedded = embed_images(images);
    const auto loss = contrastive_loss(embedded, texts, model_->scale(), batch.same);
    const auto things = things_loss(embedded, texts, batch);
    adam_->zero_grad();
    (loss + options_.thing_weight * things).backward();
    torch::nn::utils::clip_grad_norm_(model_->parameters(), 1.0);
    adam_->step();
    const torch::NoGradGuard no_grad;
    model_->logit_scale.clamp_(0.0, std::log(100.0));
    const auto best = torch::matmul(embedded, texts.t()).argmax(1, true);
    run_.advance({{"loss", loss.detach()},
                  {"top1", batch.same.gather(1, best).to(torch::kFloat).mean()},
                  {"things", things.detach()},
                  {"scale", model_->scale().detach()}});
  }

  at::Tensor things_loss(const at::Tensor& images, const at::Tensor& texts, const Batch& batch) {
    if (!proxies_.defined()) return torch::zeros({}, images.options());
    const auto scale = model_->scale().detach();
    const auto proxies = unit(proxies_);
    const auto target = thing_target(batch.things, proxies.size(0));
    return (thing_loss(images, proxies, scale, target) +
            thing_loss(texts, proxies, scale, target)) /
           2;
  }

  void validate() {
    const bool is_wished = options_.training.sample_seconds > 0;
    if (!is_wished || !options_.training.data.empty()) return;
    write_checkpoint(weights_file(), clip_checkpoint(*model_, tokenizer_, at::kHalf));
    run_.note({{"naming", naming_accuracy(weights_file(), 200, device_)}});
  }

  // The first pictures of the newest batch, as the vision tower saw them.
  void show_sample() {
    const auto count = std::min<std::int64_t>(8, shown_.size(0));
    run_.sample("seen", torch::cat(shown_.slice(0, 0, count).unbind(0), 2).unsqueeze(0));
  }

  ClipTrainingOptions options_;
  ThroughGenerator through_;
  at::Device device_;
  at::ScalarType dtype_;
  TrainingRun run_;
  Tokenizer tokenizer_;
  ClipModel model_;
  at::Generator generator_;
  PictureSource source_;
  std::unique_ptr<torch::optim::AdamW> adam_;
  at::Tensor proxies_;  // [T, D], undefined where nothing says what the things are
  at::Tensor shown_;    // [B, 3, S, S], the newest batch after the adversary
};

}  // namespace

ClipConfig ClipTrainingOptions::architecture(std::int64_t vocab_size) const {
  ClipConfig c;
  c.embed_dim = embed_dim;
  c.image_size = image_size;
  c.vision_layers.assign(vision_layers.begin(), vision_layers.end());
  c.vision_width = vision_width;
  c.patch_size = patch_size;
  c.context_length = context;
  c.vocab_size = vocab_size;
  c.text_width = text_width;
  c.text_heads = text_width / 64;
  c.text_layers = text_layers;
  c.set_activation(Activation::gelu);
  require(c.vision_layers.size() == 1 || c.vision_layers.size() == 4, ExitCode::bad_value,
          "vision_layers has {} numbers, expected 4 (ModifiedResNet) or 1 (transformer)",
          c.vision_layers.size());
  require(!c.is_resnet() || image_size % 32 == 0, ExitCode::bad_value,
          "image_size is {}, expected a multiple of 32 for a ModifiedResNet", image_size);
  return c;
}

at::Tensor contrastive_loss(const at::Tensor& images, const at::Tensor& texts,
                            const at::Tensor& scale, const at::Tensor& same) {
  expect_shape(same, {images.size(0), images.size(0)}, "same");
  const auto pairs = torch::eye(images.size(0), same.options());
  const auto ignored = same.logical_and(pairs.logical_not());
  const auto logits =
      (scale * torch::matmul(images, texts.t())).masked_fill(ignored, -1e9);  // [B, B]
  const auto target = torch::arange(images.size(0), images.options().dtype(torch::kLong));
  return (F::cross_entropy(logits, target) + F::cross_entropy(logits.t(), target)) / 2;
}

ThingTarget thing_target(const std::vector<std::vector<int>>& things, std::int64_t count) {
  ThingTarget target{.shares = torch::zeros({static_cast<std::int64_t>(things.size()), count})};
  auto cells = target.shares.accessor<float, 2>();
  for (std::size_t i = 0; i < things.size(); ++i) {
    const auto share = 1.0F / static_cast<float>(things[i].size());
    for (const int thing : things[i]) cells[static_cast<std::int64_t>(i)][thing] += share;
    target.known += things[i].empty() ? 0 : 1;
  }
  return target;
}

at::Tensor thing_loss(const at::Tensor& rows, const at::Tensor& proxies, const at::Tensor& scale,
                      const ThingTarget& target) {
  expect_shape(target.shares, {rows.size(0), proxies.size(0)}, "target");
  const auto logits = scale * torch::matmul(rows, proxies.t());  // [B, T]
  const auto said = torch::log_softmax(logits, 1) * target.shares.to(rows.device());
  return -said.sum() / static_cast<double>(std::max<std::int64_t>(target.known, 1));
}

ExitCode train_clip(const ClipTrainingOptions& options, const ThroughGenerator& through) {
  return ClipTrainer(options, through).train();
}

}  // namespace pincel
