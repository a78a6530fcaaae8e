// SPDX-License-Identifier: MIT
#include "guidance/vgg16.h"

#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/tensor.h"
#include "core/unfilled.h"

namespace pincel {
namespace {

at::Tensor per_channel(double red, double green, double blue) {
  return torch::tensor({red, green, blue}, torch::kFloat).view({1, 3, 1, 1});
}

// "net.slice3.10.weight" -> "10.weight"
std::string behind_slice(const std::string& name) {
  return name.substr(name.find('.', name.find('.') + 1) + 1);
}

}  // namespace

std::string vgg16_name(std::string_view name) {
  constexpr std::string_view kLoss = "perceptual_loss.";
  constexpr std::string_view kFeatures = "features.";
  if (const auto at = name.rfind(kLoss); at != std::string_view::npos) {
    name.remove_prefix(at + kLoss.size());
  }
  if (name.starts_with("net.slice")) return std::string(name);
  if (!name.starts_with(kFeatures)) return "";
  name.remove_prefix(kFeatures.size());
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const auto layer = std::find_if(kVgg16Layers.begin(), kVgg16Layers.end(),
                                  [&](const Vgg16Layer& known) { return known.number == number; });
  if (error != std::errc() || layer == kVgg16Layers.end()) return "";
  return fmt::format("net.slice{}.{}", layer->slice, name);
}

struct Vgg16ModelImpl : torch::nn::Module {
  Vgg16ModelImpl() : mean(per_channel(.485, .456, .406)), scale(per_channel(.229, .224, .225)) {
    for (const Vgg16Layer& layer : kVgg16Layers) {
      convs.push_back(register_module(
          std::to_string(layer.number),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(layer.in, layer.out, 3).padding(1))));
    }
  }

  std::vector<torch::nn::Conv2d> convs;  // as kVgg16Layers
  at::Tensor mean, scale;                // [1, 3, 1, 1], of pictures in [0, 1]
};

Vgg16 Vgg16::load(const std::filesystem::path& path, const at::Device& device) {
  const Checkpoint file =
      open_checkpoint(path, [](const std::string& name) { return !vgg16_name(name).empty(); });
  Checkpoint own;
  own.source = file.source;
  for (const auto& [name, tensor] : file.tensors) {
    const std::string known = vgg16_name(name);
    if (!known.empty()) own.tensors.emplace(behind_slice(known), tensor);
  }
  require(!own.tensors.empty(), ExitCode::bad_data,
          "{}: has no VGG16; expected torchvision's vgg16-397923af.pth or LPIPS in one file",
          path.string());
  const auto model = unfilled<Vgg16ModelImpl>();
  load_module(*model, std::move(own));
  model->to(device);
  model->mean = model->mean.to(device);
  model->scale = model->scale.to(device);
  model->eval();
  for (auto& parameter : model->parameters()) parameter.requires_grad_(false);
  return Vgg16(model);
}

FeatureMaps Vgg16::maps(const at::Tensor& images) const {
  expect_image(images);
  constexpr std::array kSeen = {0, 2, 5, 7, 10, 12, 14, 21, 28};  // convolutions before those ReLUs
  at::Tensor x = (images - model_->mean) / model_->scale;
  FeatureMaps found;
  for (std::size_t i = 0; i < kVgg16Layers.size(); ++i) {
    if (i > 0 && kVgg16Layers[i].slice > kVgg16Layers[i - 1].slice) x = torch::max_pool2d(x, 2);
    x = torch::relu(model_->convs[i]->forward(x));
    const bool is_seen =
        std::find(kSeen.begin(), kSeen.end(), kVgg16Layers[i].number) != kSeen.end();
    if (is_seen) found.push_back(x.to(torch::kFloat));
  }
  return found;
}

}  // namespace pincel
