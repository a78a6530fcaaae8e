// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "guidance/feature_maps.h"

namespace pincel {

struct Vgg16ModelImpl;

// A convolution of VGG16 by its number among torchvision's "features"; a slice of LPIPS ends before
// each pooling.
struct Vgg16Layer {
  int number;
  std::size_t slice;  // from 1
  std::int64_t in, out;
};
inline constexpr std::array kVgg16Layers = {
    Vgg16Layer{0, 1, 3, 64},     Vgg16Layer{2, 1, 64, 64},    Vgg16Layer{5, 2, 64, 128},
    Vgg16Layer{7, 2, 128, 128},  Vgg16Layer{10, 3, 128, 256}, Vgg16Layer{12, 3, 256, 256},
    Vgg16Layer{14, 3, 256, 256}, Vgg16Layer{17, 4, 256, 512}, Vgg16Layer{19, 4, 512, 512},
    Vgg16Layer{21, 4, 512, 512}, Vgg16Layer{24, 5, 512, 512}, Vgg16Layer{26, 5, 512, 512},
    Vgg16Layer{28, 5, 512, 512},
};

// "features.10.weight" or "net.slice3.10.weight", also behind a prefix that ends in
// "perceptual_loss." -> "net.slice3.10.weight", as taming has it; "" for anything else.
std::string vgg16_name(std::string_view name);

// VGG16's convolutions (Simonyan and Zisserman 2015), frozen.
class Vgg16 {
 public:
  // torchvision's file, LPIPS or one of taming's checkpoints. Error (65, 66) when it is none.
  static Vgg16 load(const std::filesystem::path& path, const at::Device& device);

  // Pictures [B, 3, H, W] in [0, 1], sides of 16 or more, behind the ReLU of the layers that
  // STROTSS compares: torchvision's 1, 3, 6, 8, 11, 13, 15, 22 and 29.
  FeatureMaps maps(const at::Tensor& images) const;

 private:
  explicit Vgg16(std::shared_ptr<Vgg16ModelImpl> model) : model_(std::move(model)) {}

  std::shared_ptr<Vgg16ModelImpl> model_;
};

}  // namespace pincel
