// SPDX-License-Identifier: MIT
#include "generator/lpips.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/tensor.h"
#include "core/unfilled.h"
#include "guidance/vgg16.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSlices = 5;
constexpr double kEpsilon = 1e-10;  // of a place's length

constexpr std::array kVggNames = {"vgg16-397923af.pth", "vgg16.pth"};
constexpr std::array kTopNames = {"vgg.pth", "vgg_lpips.pth"};

// taming's name of a tensor of LPIPS, "" where it is none.
std::string own_name(std::string_view name) {
  constexpr std::string_view kLoss = "perceptual_loss.";
  if (const auto at = name.rfind(kLoss); at != std::string_view::npos) {
    name.remove_prefix(at + kLoss.size());
  }
  const bool is_top = name.starts_with("lin") && name.ends_with(".model.1.weight");
  return is_top ? std::string(name) : vgg16_name(name);
}

bool is_vgg(const std::string& own) { return own.starts_with("net.slice"); }
bool is_top(const std::string& own) { return own.starts_with("lin"); }

bool any(const Checkpoint& checkpoint, bool (*is_wanted)(const std::string&)) {
  return std::any_of(checkpoint.tensors.begin(), checkpoint.tensors.end(),
                     [&](const auto& entry) { return is_wanted(own_name(entry.first)); });
}

void add(const fs::path& path, Checkpoint& found) {
  const Checkpoint file =
      open_checkpoint(path, [](const std::string& name) { return !own_name(name).empty(); });
  if (found.tensors.empty()) found.source = file.source;
  for (const auto& [name, tensor] : file.tensors) {
    const std::string own = own_name(name);
    if (!own.empty()) found.tensors.emplace(own, tensor);
  }
}

template <std::size_t N>
void add_first(const fs::path& folder, const std::array<const char*, N>& names, Checkpoint& found) {
  std::error_code ignored;
  for (const char* name : names) {
    if (!fs::is_regular_file(folder / name, ignored)) continue;
    add(folder / name, found);
    return;
  }
}

Checkpoint read_lpips(const fs::path& path) {
  Checkpoint found;
  found.source = path.string();
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  const fs::path folder = is_folder ? path : path.parent_path();
  if (!is_folder) add(path, found);
  if (!any(found, is_vgg)) add_first(folder, kVggNames, found);
  if (!any(found, is_top)) add_first(folder, kTopNames, found);
  require(any(found, is_vgg), ExitCode::missing_input,
          "{}: has no VGG16; put torchvision's {} beside LPIPS's own weights", path.string(),
          kVggNames[0]);
  require(any(found, is_top), ExitCode::missing_input,
          "{}: has VGG16 without LPIPS's own weights; put LPIPS's {} beside it", path.string(),
          kTopNames[0]);
  return found;
}

at::Tensor per_channel(double red, double green, double blue) {
  return torch::tensor({red, green, blue}, torch::kFloat).view({1, 3, 1, 1});
}

at::Tensor unit_places(const at::Tensor& map) {
  return map / (at::linalg_vector_norm(map, 2, at::IntArrayRef{1}, /*keepdim=*/true) + kEpsilon);
}

}  // namespace

struct LpipsModelImpl : torch::nn::Module {
  LpipsModelImpl() {
    namespace nn = torch::nn;
    const auto net = register_module("net", std::make_shared<nn::Module>());
    std::vector<std::shared_ptr<nn::Module>> slices;
    for (std::size_t i = 0; i < kSlices; ++i) {
      slices.push_back(
          net->register_module(fmt::format("slice{}", i + 1), std::make_shared<nn::Module>()));
    }
    for (const Vgg16Layer& layer : kVgg16Layers) {
      convs_[layer.slice - 1].push_back(slices[layer.slice - 1]->register_module(
          std::to_string(layer.number),
          nn::Conv2d(nn::Conv2dOptions(layer.in, layer.out, 3).padding(1))));
    }
    for (std::size_t i = 0; i < kSlices; ++i) {
      const auto lin = register_module(fmt::format("lin{}", i), std::make_shared<nn::Module>());
      const auto model = lin->register_module("model", std::make_shared<nn::Module>());
      const std::int64_t width = convs_[i].back()->options.out_channels();
      tops_[i] =
          model->register_module("1", nn::Conv2d(nn::Conv2dOptions(width, 1, 1).bias(false)));
    }
    shift_ = per_channel(-.030, -.088, -.188);  // of pictures in [-1, 1]
    scale_ = per_channel(.458, .448, .450);
  }

  std::vector<at::Tensor> maps(const at::Tensor& image) {
    at::Tensor x = (image * 2 - 1 - shift_) / scale_;
    std::vector<at::Tensor> found;
    for (std::size_t i = 0; i < kSlices; ++i) {
      if (i > 0) x = torch::max_pool2d(x, 2);
      for (auto& conv : convs_[i]) x = torch::relu(conv(x));
      found.push_back(unit_places(x.to(torch::kFloat)));
    }
    return found;
  }

  std::array<std::vector<torch::nn::Conv2d>, kSlices> convs_;
  std::array<torch::nn::Conv2d, kSlices> tops_{nullptr, nullptr, nullptr, nullptr, nullptr};
  at::Tensor shift_, scale_;  // [1, 3, 1, 1]
};

bool Lpips::is_in(const Checkpoint& shapes) { return any(shapes, is_vgg) || any(shapes, is_top); }

Lpips Lpips::load(const fs::path& path, const at::Device& device) {
  Checkpoint checkpoint = read_lpips(path);
  const auto model = unfilled<LpipsModelImpl>();
  load_module(*model, std::move(checkpoint));
  model->to(device);
  model->shift_ = model->shift_.to(device);
  model->scale_ = model->scale_.to(device);
  model->eval();
  for (auto& parameter : model->parameters()) parameter.requires_grad_(false);
  return Lpips(model);
}

at::Tensor Lpips::distances(const at::Tensor& image, const at::Tensor& target) const {
  expect_image(image);
  TORCH_CHECK(image.sizes() == target.sizes() && image.size(2) >= 16 && image.size(3) >= 16,
              "pictures are ", image.sizes(), " and ", target.sizes(),
              ", expected the same sides of 16 or more");
  std::vector<at::Tensor> wanted;
  {
    const torch::NoGradGuard no_grad;
    wanted = model_->maps(target);
  }
  const auto seen = model_->maps(image);
  at::Tensor sum = torch::zeros({image.size(0)}, image.options().dtype(torch::kFloat));
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const at::Tensor apart = (seen[i] - wanted[i]).square();  // [B, C, h, w]
    const at::Tensor weights = model_->tops_[i]->weight.view({1, -1, 1, 1});
    sum = sum + (apart * weights).sum(1).mean({1, 2});
  }
  return sum;
}

}  // namespace pincel
