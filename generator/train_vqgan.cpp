// SPDX-License-Identifier: MIT
#include "generator/train_vqgan.h"

#include <torch/torch.h>

#include <cmath>
#include <memory>

#include "core/checkpoint.h"
#include "core/ops/nearest_code.h"
#include "core/ops/straight_through.h"
#include "core/random.h"
#include "core/tensor.h"
#include "generator/codebook.h"
#include "generator/discriminator.h"
#include "generator/perceptual.h"
#include "generator/vqgan.h"
#include "generator/vqgan_figures.h"
#include "generator/vqgan_modules.h"
#include "generator/vqgan_training_source.h"
#include "generator/weight_average.h"

namespace pincel {
namespace {

constexpr double kLargestGradient = 10;     // length to which a step's gradient is cut
constexpr double kLastRevival = 0.9;        // share of the training after which codes rest
constexpr std::int64_t kFirstBatches = 16;  // whose latents the first codes are centres of
constexpr std::int64_t kSampleScenes = 8;

// One batch on its way through the model.
struct Pass {
  at::Tensor images;      // [B, 3, S, S] in [-1, 1]
  at::Tensor rows;        // [B * h * w, D], what the encoder gives
  at::Tensor restored;    // [B, 3, S, S] in about [-1, 1]
  at::Tensor codes_loss;  // []
};

class VqganTrainer {
 public:
  explicit VqganTrainer(const VqganTrainingOptions& options)
      : options_(options),
        config_(options.architecture()),
        seed_(static_cast<std::uint64_t>(options.training.seed)),
        device_(pick_device(options.training.device)),
        dtype_(training_precision(options.training, device_)),
        run_(options.training, "vqgan"),
        model_(config_),
        discriminator_(DiscriminatorConfig{
            .in_channels = 3, .width = options.disc_width, .layers = options.disc_layers}),
        use_(config_.n_embed, device_),
        generator_(make_generator(seed_, "vqgan")),
        source_(options.training, options.size, options.zooms) {
    model_->initialise(make_generator(seed_, "weights"));
    discriminator_->initialise(make_generator(seed_, "discriminator"));
    if (!options.start.empty()) load_module(*model_, open_checkpoint(options.start), "", {"loss."});
    model_->to(device_);
    discriminator_->to(device_);
    if (!options.perceptual.empty()) judge_ = load_perceptual(options.perceptual, device_);
    const auto adam = torch::optim::AdamOptions(options.training.rate).betas({0.5, 0.9});
    adam_ = std::make_unique<torch::optim::Adam>(model_->parameters(), adam);
    disc_adam_ = std::make_unique<torch::optim::Adam>(discriminator_->parameters(), adam);
    average_ = WeightAverage(*model_, options.ema);
    restore();
  }

  ExitCode train() {
    model_->train();
    while (run_.more()) {
      if (run_.step() == options_.quantise_after && options_.start.empty()) make_first_codes();
      step();
      if (run_.checkpoint_due()) save();
      if (run_.sample_due()) show();
    }
    save();
    show();
    return run_.exit_code();
  }

 private:
  void restore() {
    const auto saved = run_.resume();
    if (!saved) return;
    load_module(*model_, part_of(*saved, "model."));
    load_module(*discriminator_, part_of(*saved, "discriminator."));
    take_optimizer(*saved, *adam_);
    if (saved->tensors.contains("disc_optimizer.0.step")) {
      take_optimizer(*saved, *disc_adam_, "disc_optimizer.");
    }
    average_.take(*saved, "average.");
    use_.take(*saved);
    take_generator(*saved, generator_, "generator");
    source_.seek(*saved);
  }

  void save() {
    Checkpoint state;
    put_part(state, collect_module(*model_), "model.");
    put_part(state, collect_module(*discriminator_), "discriminator.");
    put_optimizer(state, *adam_);
    put_optimizer(state, *disc_adam_, "disc_optimizer.");
    average_.put(state, "average.");
    use_.put(state);
    put_generator(state, generator_, "generator");
    source_.note_position(state);
    run_.save(std::move(state));
    const auto file = options_.weights.empty() ? run_.folder() / "vqgan.safetensors"
                                               : std::filesystem::path(options_.weights);
    write_checkpoint(file, vqgan_checkpoint(averaged(), config_, at::kHalf));
  }

  // The weights that are exported and shown.
  const VqganModelImpl& averaged() {
    if (!shown_) shown_ = VqganModel(config_);
    shown_->to(device_);
    average_.copy_to(*shown_);
    return *shown_;
  }

  at::Tensor& codes() { return model_->quantize->embedding->weight; }  // [Q, D]

  at::Tensor next_images() {
    return source_.next(options_.training.batch, generator_).to(device_) * 2 - 1;
  }

  at::Tensor latent(const at::Tensor& images) {  // [B, D, h, w]
    const Autocast autocast(device_, dtype_);
    return model_->encode(images).to(at::kFloat);
  }

  static at::Tensor rows_of(const at::Tensor& z) {
    return z.permute({0, 2, 3, 1}).reshape({-1, z.size(1)});
  }

  // A random codebook would drag the encoder to itself: start at centres of what it gives.
  void make_first_codes() {
    const torch::NoGradGuard no_grad;
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < kFirstBatches; ++i) rows.push_back(rows_of(latent(next_images())));
    codes().copy_(k_means(torch::cat(rows), config_.n_embed, generator_));
    average_.reset(*model_);
  }

  Pass pass() {
    Pass p;
    p.images = next_images();
    const at::Tensor z = latent(p.images);
    p.rows = rows_of(z);
    at::Tensor zq = z;
    p.codes_loss = torch::zeros({}, z.options());
    if (run_.step() >= options_.quantise_after || !options_.start.empty()) {
      const at::Tensor chosen = ops::nearest_code(p.rows, codes());
      use_.count(chosen);
      const at::Tensor found = torch::embedding(codes(), chosen)
                                   .view({z.size(0), z.size(2), z.size(3), z.size(1)})
                                   .permute({0, 3, 1, 2});
      p.codes_loss = options_.codebook_weight * codebook_loss(z, found, options_.beta);
      zq = ops::straight_through(found, z);
    }
    const Autocast autocast(device_, dtype_);
    p.restored = model_->decode(zq).to(at::kFloat);
    return p;
  }

  bool discriminates() const {
    if (options_.disc_weight <= 0) return false;
    return options_.disc_start <= 1 ? run_.done() >= options_.disc_start
                                    : static_cast<double>(run_.step()) >= options_.disc_start;
  }

  at::Tensor perceptual(const at::Tensor& restored, const at::Tensor& images) {
    const Autocast autocast(device_, dtype_);
    // A judge may want multiples of its unit: the largest such part, somewhere.
    const std::int64_t side = images.size(2) / judge_->unit() * judge_->unit();
    const auto offset = torch::randint(0, images.size(2) - side + 1, {2}, generator_, torch::kLong);
    const auto cut = [&](const at::Tensor& x) {
      return x.narrow(2, offset[0].item<std::int64_t>(), side)
                     .narrow(3, offset[1].item<std::int64_t>(), side) *
                 0.5 +
             0.5;
    };
    return judge_->distance(cut(restored), cut(images));
  }

  // Length of the gradient that reaches the decoder's last layer when the picture's is `gradient`.
  at::Tensor reach(const at::Tensor& restored, const at::Tensor& gradient) {
    const at::Tensor& last = model_->decoder->conv_out->weight;
    return torch::autograd::grad({restored}, {last}, {gradient}, /*retain_graph=*/true)[0].norm();
  }

  // d loss / d restored, for what the discriminator thinks of it, balanced against `likeness`.
  at::Tensor adversarial(const Pass& p, const at::Tensor& likeness, std::vector<Measure>& values) {
    const at::Tensor picture = p.restored.detach().requires_grad_(true);
    at::Tensor loss;
    {
      const Autocast autocast(device_, dtype_);
      loss = -discriminator_(picture).to(at::kFloat).mean();
    }
    const at::Tensor gradient = torch::autograd::grad({loss}, {picture})[0];
    const at::Tensor balance =
        (reach(p.restored, likeness) / (reach(p.restored, gradient) + 1e-4)).clamp(0, 1e4);
    const at::Tensor weight = (balance * options_.disc_weight).detach();
    values.emplace_back("g_loss", loss.detach());
    values.emplace_back("d_weight", weight);
    return weight * gradient;
  }

  void train_discriminator(const Pass& p, std::vector<Measure>& values) {
    at::Tensor loss;
    {
      const Autocast autocast(device_, dtype_);
      const at::Tensor real = discriminator_(p.images).to(at::kFloat);
      loss = hinge_loss(real, discriminator_(p.restored.detach()).to(at::kFloat));
    }
    disc_adam_->zero_grad();
    loss.backward();
    set_rate(*disc_adam_, run_.rate());
    disc_adam_->step();
    values.emplace_back("d_loss", loss.detach());
  }

  void step() {
    const Pass p = pass();
    std::vector<Measure> values;
    // Losses of the picture first end at the picture, so that each passes the decoder only once.
    const at::Tensor picture = p.restored.detach().requires_grad_(true);
    const at::Tensor rec = (picture - p.images).abs().mean();
    at::Tensor likeness = rec;
    if (judge_ && options_.perceptual_weight > 0) {
      const at::Tensor unlike = perceptual(picture, p.images);
      likeness = rec + options_.perceptual_weight * unlike;
      values.emplace_back("perceptual", unlike.detach());
    }
    at::Tensor gradient = torch::autograd::grad({likeness}, {picture})[0];
    const bool with_discriminator = discriminates();
    if (with_discriminator) gradient = gradient + adversarial(p, gradient, values);
    adam_->zero_grad();
    std::vector<at::Tensor> ends = {p.restored};
    std::vector<at::Tensor> gradients = {gradient};
    if (p.codes_loss.requires_grad()) {
      ends.push_back(p.codes_loss);
      gradients.push_back(torch::ones_like(p.codes_loss));
    }
    torch::autograd::backward(ends, gradients);
    const double length = torch::nn::utils::clip_grad_norm_(model_->parameters(), kLargestGradient);
    set_rate(*adam_, run_.rate());
    if (std::isfinite(length)) adam_->step();
    if (with_discriminator) train_discriminator(p, values);
    average_.add(*model_, run_.step());
    revive(p);
    values.emplace_back("rec", rec.detach());
    values.emplace_back("codes_loss", p.codes_loss.detach());
    values.emplace_back("perplexity", use_.perplexity());
    values.emplace_back("codes", use_.share());
    run_.advance(values);
  }

  void revive(const Pass& p) {
    if (options_.revive_every == 0 || !p.codes_loss.requires_grad()) return;
    if ((run_.step() + 1) % options_.revive_every != 0 || run_.done() > kLastRevival) return;
    const at::Tensor moved = use_.revive(codes(), p.rows.detach(), *adam_, generator_);
    average_.copy_rows("quantize.embedding.weight", codes(), moved);
  }

  void show() {
    averaged();
    const Vqgan vqgan(config_, shown_.ptr());
    if (options_.training.data.empty()) {
      const VqganFigures figures = measure_vqgan(vqgan, 32, options_.size);
      run_.note({{"psnr", figures.psnr}});
      run_.sample("restored",
                  before_and_after(vqgan, held_out_scenes(kSampleScenes, options_.size)));
      return;
    }
    at::Generator apart = make_generator(seed_, "shown");
    CropSource shown(options_.training, options_.size, options_.zooms);
    run_.sample("restored", before_and_after(vqgan, shown.next(kSampleScenes, apart)));
  }

  VqganTrainingOptions options_;
  VqganConfig config_;
  std::uint64_t seed_;
  at::Device device_;
  at::ScalarType dtype_;
  TrainingRun run_;
  VqganModel model_;
  VqganModel shown_{nullptr};
  Discriminator discriminator_;
  WeightAverage average_;
  CodebookUse use_;
  at::Generator generator_;
  CropSource source_;
  std::unique_ptr<Perceptual> judge_;
  std::unique_ptr<torch::optim::Adam> adam_, disc_adam_;
};

}  // namespace

VqganConfig VqganTrainingOptions::architecture() const {
  VqganConfig config;
  config.n_embed = n_embed;
  config.embed_dim = embed_dim;
  config.ch = ch;
  config.ch_mult.assign(ch_mult.begin(), ch_mult.end());
  config.num_res_blocks = res_blocks;
  config.attn_resolutions.assign(attn_resolutions.begin(), attn_resolutions.end());
  config.resolution = size;
  config.z_channels = z_channels;
  check(config, "train vqgan");
  require(size % config.factor() == 0, ExitCode::bad_value,
          "size is {}, expected a multiple of {} ({} levels)", size, config.factor(),
          config.levels());
  require(perceptual.empty() || size >= 32, ExitCode::bad_value,
          "size is {}, expected 32 or more for a perceptual distance", size);
  return config;
}

ExitCode train_vqgan(const VqganTrainingOptions& options) { return VqganTrainer(options).train(); }

}  // namespace pincel
