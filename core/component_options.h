// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/registry.h"

namespace pincel {

// The options of everything in one registry, as members of an options struct: under("drawer",
// visit) declares "drawer.fft.decay" and all others.
class ComponentOptions {
 public:
  ComponentOptions() = default;
  template <class Make>
  explicit ComponentOptions(std::span<const Entry<Make>> entries) {
    for (const auto& entry : entries) boxes_.emplace_back(std::string(entry.name), entry.options());
  }

  const OptionBox& of(std::string_view name) const {
    for (const auto& [known, box] : boxes_) {
      if (known == name) return box;
    }
    fail(ExitCode::internal, "'{}' has no options: it is not registered", name);
  }

  template <class V>
  void fields(V&& visit) {
    for (auto& [name, box] : boxes_) {
      for (Field& field : box.fields()) {
        const std::string full = name + "." + field.name;
        std::visit(
            [&](auto* value) {
              if (field.one_of.empty()) {
                visit(full, *value, field.help, field.range);
              } else {
                visit(full, *value, field.help, OneOf{field.one_of});
              }
            },
            field.target);
      }
    }
  }

 private:
  std::vector<std::pair<std::string, OptionBox>> boxes_;
};

}  // namespace pincel
