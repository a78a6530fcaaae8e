// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>

#include "core/registry.h"
#include "generator/vqgan.h"
#include "guidance/clip.h"

namespace pincel {

// The public architectures whose speed can be measured without their weights.
std::span<const Entry<VqganConfig (*)()>> vqgan_architectures();
std::span<const Entry<ClipConfig (*)()>> clip_architectures();

// "imagenet-f16-1024, ..." for help texts.
std::string vqgan_architecture_names();
std::string clip_architecture_names();

// "shipped", one of the above with random weights, or a model that the user has: a name, a file, a
// folder. Error (bad value) naming the known architectures for anything else. `products`: what
// their weights are kept in, as in a painting.
std::shared_ptr<const Vqgan> vqgan_to_measure(const std::string& name, const at::Device& device,
                                              at::ScalarType products);
std::shared_ptr<const Clip> clip_to_measure(const std::string& name, const at::Device& device,
                                            at::ScalarType products);

// The file behind "shipped" or a model of the user's; empty for random weights.
std::string weights_of(const std::string& name, const std::string& kind);

}  // namespace pincel
