// SPDX-License-Identifier: MIT
#include "core/unfilled.h"

#include <ATen/core/Tensor.h>
#include <torch/library.h>

namespace pincel {
namespace {

// A key that no tensor and no part of libtorch uses; nothing comes by it outside of the guard.
constexpr auto kUnfilledKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

at::Tensor& skip_uniform(at::Tensor& self, double /*from*/, double /*to*/,
                         std::optional<at::Generator> /*generator*/) {
  return self;
}
at::Tensor& skip_normal(at::Tensor& self, double /*mean*/, double /*deviation*/,
                        std::optional<at::Generator> /*generator*/) {
  return self;
}

}  // namespace

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, TESTING_ONLY_GenericMode, library) {
  library.impl("uniform_", skip_uniform);
  library.impl("normal_", skip_normal);
}

UnfilledWeights::UnfilledWeights() : guard_(kUnfilledKey) {}

}  // namespace pincel
