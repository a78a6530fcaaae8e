// SPDX-License-Identifier: MIT
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

#include <memory>
#include <utility>

namespace pincel {

// While it lives, what this thread would fill with random numbers keeps whatever its memory held.
// For modules of which every value is read from a file next: their memory is not touched until
// then.
class UnfilledWeights {
 public:
  UnfilledWeights();

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

// std::make_shared<Module>(...) of which load_module() is to fill every parameter.
template <class Module, class... Arguments>
std::shared_ptr<Module> unfilled(Arguments&&... arguments) {
  const UnfilledWeights guard;
  return std::make_shared<Module>(std::forward<Arguments>(arguments)...);
}

}  // namespace pincel
