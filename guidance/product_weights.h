// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

namespace torch::nn {
class Module;
}

namespace pincel {

// From now on a frozen network keeps the weights of its linear maps, convolutions and attentions in
// `dtype`: as Autocast would convert them in every step, so that the same products come out without
// a second copy. What ends in `except` stays as it is. Such a network wants Autocast.
void keep_products_in(torch::nn::Module& network, at::ScalarType dtype,
                      std::string_view except = "");

// What it keeps them in; float32 where that was never called.
at::ScalarType products_of(const torch::nn::Module& network);

}  // namespace pincel
