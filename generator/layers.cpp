// SPDX-License-Identifier: MIT
#include "generator/layers.h"

#include <torch/torch.h>

#include "core/checkpoint_parts.h"
#include "core/error.h"
#include "core/random.h"
#include "core/transparent_picture.h"
#include "generator/start_picture.h"
#include "prompts/region.h"

namespace pincel {

void expect_layers(const LayerOptions& options, const std::string& init) {
  if (!init.empty() && init != "sample") expect_start(init);
  const bool has_picture = !init.empty() && init != "sample" && init != "noise";
  require(options.mask.empty() || has_picture, ExitCode::bad_value,
          "mask: says which part of a picture is painted anew; say which picture: --init FILE");
  require(options.overlay != kInitOverlay || has_picture, ExitCode::bad_value,
          "overlay: 'init' is the picture of --init, and there is none; name one: --overlay FILE");
}

std::string with_layer_files(std::string_view option, const std::string& text,
                             const std::function<std::string(const std::string&)>& change) {
  const bool is_init = option == "init";
  if (text.empty() || text == (is_init ? "sample" : kInitOverlay)) return text;
  if (is_init) return with_start_files(text, change);
  if (option == "overlay") return change(text);
  if (is_shape(text)) return text;
  const std::string file(without_not(text));
  return text.substr(0, text.size() - file.size()) + change(file);
}

Layers::Layers(const LayerOptions& options, const Painting& painting)
    : overlays_first_(options.overlay == kInitOverlay), device_(painting.device) {
  if (!options.mask.empty()) {
    mask_.emplace(options.mask, options.mask_options, painting.height, painting.width);
  }
  if (!options.overlay.empty()) {
    overlay_.emplace(options.overlay_options, painting.steps);
    if (!overlays_first_) {
      overlay_->set_picture(read_transparent_image(options.overlay).to(painting.device));
    }
  }
  if (!options.matte.alpha) return;
  std::vector<at::Generator> generators;
  for (const std::int64_t seed : painting.seeds) {
    generators.push_back(make_generator(static_cast<std::uint64_t>(seed), "backdrops"));
  }
  matte_.emplace(options.matte, std::move(generators), painting.device);
}

void Layers::set_first(const at::Tensor& picture) {
  first_ = picture;
  if (!picture.defined()) return;
  if (mask_) mask_->keep(picture);
  if (overlays_first_) overlay_->set_picture(picture);
}

void Layers::begin_stage(std::int64_t height, std::int64_t width) {
  if (matte_) matte_->resize(height, width);
}

std::vector<Parameter> Layers::moved(Drawer& drawer) const {
  auto parameters = drawer.parameters();
  if (matte_) parameters.push_back(matte_->parameter());
  return parameters;
}

void Layers::begin_step() {
  if (matte_) matte_->begin_step();
}

void Layers::project() {
  if (matte_) matte_->project();
}

at::Tensor Layers::kept(const at::Tensor& images) const {
  return mask_ ? mask_->blended(images) : images;
}

// What a mask keeps is opaque.
at::Tensor Layers::alpha(std::int64_t height, std::int64_t width) const {
  if (!matte_) return {};
  const auto own = matte_->alpha(height, width);
  if (!mask_) return own;
  return 1 - mask_->share(height, width) * (1 - own);
}

at::Tensor Layers::seen(const at::Tensor& images) const {
  const auto whole = kept(images);
  return matte_ ? matte_->in_front(whole, alpha(images.size(2), images.size(3))) : whole;
}

at::Tensor Layers::shown(const at::Tensor& images) const {
  const auto whole = kept(images);
  if (!matte_) return whole;
  return torch::cat({whole, alpha(images.size(2), images.size(3))}, 1);
}

bool Layers::lay_over(Drawer& drawer, std::int64_t step) {
  if (!overlay_ || !overlay_->is_due(step)) return false;
  const torch::NoGradGuard no_grad;
  const auto images = drawer.render().to(at::kFloat);
  drawer.start_from(overlay_->laid_over(images, step));
  if (matte_) matte_->cover(overlay_->share(step, images.size(2), images.size(3)));
  return true;
}

void Layers::put(Checkpoint& checkpoint, const std::string& prefix) const {
  if (first_.defined()) checkpoint.tensors[prefix + "first"] = first_.detach().clone();
  if (!matte_) return;
  for (std::size_t b = 0; b < matte_->generators().size(); ++b) {
    put_generator(checkpoint, matte_->generators()[b], fmt::format("{}backdrops.{}", prefix, b));
  }
}

void Layers::take(const Checkpoint& checkpoint, const std::string& prefix) {
  const auto first = checkpoint.tensors.find(prefix + "first");
  if (first != checkpoint.tensors.end()) set_first(first->second.to(device_));
  if (!matte_) return;
  for (std::size_t b = 0; b < matte_->generators().size(); ++b) {
    at::Generator generator = matte_->generators()[b];
    take_generator(checkpoint, generator, fmt::format("{}backdrops.{}", prefix, b));
  }
}

}  // namespace pincel
