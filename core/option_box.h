// SPDX-License-Identifier: MIT
#pragma once

#include <any>
#include <utility>
#include <vector>

#include "core/settings.h"

namespace pincel {

// The options of one registered thing, whatever their type: filled through their fields() by who
// knows only the registry, read by the thing itself. Copies are independent of each other.
class OptionBox {
 public:
  OptionBox() = default;  // of a thing without options

  template <class Options>
  static OptionBox of(Options defaults = {}) {
    OptionBox box;
    box.value_ = std::move(defaults);
    box.fields_ = [](std::any& value) { return fields_of(*std::any_cast<Options>(&value)); };
    return box;
  }

  // They point into this box.
  std::vector<Field> fields() {
    return fields_ == nullptr ? std::vector<Field>{} : fields_(value_);
  }

  // Broken contract (std::bad_any_cast) unless it was made of<Options>().
  template <class Options>
  const Options& as() const {
    return std::any_cast<const Options&>(value_);
  }

 private:
  std::any value_;
  std::vector<Field> (*fields_)(std::any&) = nullptr;
};

}  // namespace pincel
