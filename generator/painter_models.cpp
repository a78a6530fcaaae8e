// SPDX-License-Identifier: MIT
#include <future>
#include <memory>

#include "core/error.h"
#include "core/precision.h"
#include "generator/code_transformer.h"
#include "generator/painter.h"
#include "generator/painting_vqgan.h"

namespace pincel {

PainterModels load_painter_models(const PaintOptions& options, const at::Device& device) {
  PainterModels models;
  models.device = device;
  const bool is_sampled = options.init == kSampleInit;
  const bool has_prior = options.prior > 0 && options.drawer == "vqgan";
  require(!is_sampled || has_prior || !options.sample_model.empty(), ExitCode::bad_value,
          "init: 'sample' needs a transformer here (--sample.model): the code prior is not used");
  if (is_sampled && !options.sample_model.empty()) {
    models.transformer =
        std::make_shared<CodeTransformer>(CodeTransformer::load(options.sample_model, device));
  }
  // Each file is read on a thread of its own.
  std::future<std::shared_ptr<const Vqgan>> vqgan;
  std::future<std::shared_ptr<const CodePrior>> prior;
  if (options.drawer == "vqgan") {
    vqgan = std::async(std::launch::async, [&] {
      return std::make_shared<const Vqgan>(load_painting_vqgan(options, device));
    });
    if (options.prior > 0) {
      prior = std::async(std::launch::async, [&] {
        return std::make_shared<const CodePrior>(CodePrior::load(options.prior_weights, device));
      });
    }
  }
  const auto products = precision_for(options.precision, device);
  for (const std::string& text : options.guides) {
    const NamedWeight guide = named_weight(text);
    require(guide.weight > 0, ExitCode::bad_value,
            "clip: '{}' has the weight {}, expected more than 0", guide.name, guide.weight);
    models.guides.push_back(
        {std::make_shared<Clip>(Clip::load(guide.name, device, products)), guide.weight});
  }
  if (!vqgan.valid()) return models;
  models.vqgan = vqgan.get();
  if (!prior.valid()) return models;
  require(!models.vqgan->is_one_hot(), ExitCode::bad_value,
          "prior: no code prior speaks of one-hot codes as DALL-E's; paint with --prior 0");
  models.prior = prior.get();
  require(models.prior->config().codes == models.vqgan->config().n_embed &&
              models.prior->config().condition == models.guides[0].clip->dimension(),
          ExitCode::bad_value,
          "prior_weights: this prior knows {} codes and embeddings of {}, but the VQGAN has {} and "
          "the guide {}; train one for them or paint with --prior 0",
          models.prior->config().codes, models.prior->config().condition,
          models.vqgan->config().n_embed, models.guides[0].clip->dimension());
  return models;
}

}  // namespace pincel
