// SPDX-License-Identifier: MIT
#include "generator/perceptual.h"

#include <torch/torch.h>

#include "core/checkpoint.h"
#include "generator/lpips.h"
#include "guidance/feature_maps.h"

namespace pincel {
namespace {

class ClipLikeness : public Perceptual {
 public:
  explicit ClipLikeness(Clip clip) : clip_(std::move(clip)) {}
  at::Tensor distance(const at::Tensor& image, const at::Tensor& target) const override {
    return perceptual_distance(clip_, image, target);
  }
  std::int64_t unit() const override { return 32; }

 private:
  Clip clip_;
};

class LpipsLikeness : public Perceptual {
 public:
  explicit LpipsLikeness(Lpips lpips) : lpips_(std::move(lpips)) {}
  at::Tensor distance(const at::Tensor& image, const at::Tensor& target) const override {
    return lpips_.distances(image, target).mean();
  }
  std::int64_t unit() const override { return 1; }

 private:
  Lpips lpips_;
};

bool holds_lpips(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return std::filesystem::exists(path / "vgg.pth", ignored) ||
           std::filesystem::exists(path / "vgg_lpips.pth", ignored);
  }
  return Lpips::is_in(open_checkpoint(path, [](const std::string&) { return false; }));
}

}  // namespace

at::Tensor perceptual_distance(const Clip& clip, const at::Tensor& image,
                               const at::Tensor& target) {
  FeatureMaps wanted;
  {
    const torch::NoGradGuard no_grad;
    wanted = clip.features(target);
  }
  return map_distances(clip.features(image), wanted).mean();
}

std::unique_ptr<Perceptual> load_perceptual(const std::filesystem::path& path,
                                            const at::Device& device) {
  if (holds_lpips(path)) return std::make_unique<LpipsLikeness>(Lpips::load(path, device));
  return std::make_unique<ClipLikeness>(Clip::load(path, device));
}

}  // namespace pincel
