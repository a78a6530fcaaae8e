// SPDX-License-Identifier: MIT
// Every drawer of the registry with what it needs, and the options that make another drawer of one.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/checkpoint.h"
#include "generator/drawer.h"
#include "tests/reference/fixture.h"
#include "tests/temporary_folder.h"

namespace pincel {

// The file of an RRDB network of one block, laid out as Real-ESRGAN's are.
inline std::filesystem::path tiny_upscaler(const tests::TemporaryFolder& folder) {
  const auto fixture = reference::read_fixture("upscaler_x2");
  Checkpoint file;
  for (const auto& [name, tensor] : fixture.weights.tensors) {
    file.tensors["params_ema." + name] = tensor;
  }
  write_checkpoint(folder / "x2.pth", file);
  return folder / "x2.pth";
}

struct ReadyDrawer {
  const Entry<MakeDrawer>* entry;
  std::vector<std::pair<std::string, std::string>> texts;  // options

  std::string name() const {
    std::string name(entry->name);
    for (const auto& [option, text] : texts) name += " " + option + " " + text;
    return name;
  }

  std::unique_ptr<Drawer> make(const Canvas& canvas) const {
    const tests::TemporaryFolder folder;
    OptionBox options = entry->options();
    for (Field& field : options.fields()) {
      if (field.name == "weights") {
        *std::get<std::string*>(field.target) = tiny_upscaler(folder).string();
      }
      if (field.name == "fit") *std::get<std::int64_t*>(field.target) = 2;  // seconds, not minutes
      for (const auto& [option, text] : texts) {
        if (field.name != option) continue;
        if (auto* whole = std::get_if<std::int64_t*>(&field.target)) {
          **whole = std::stoll(text);
        } else {
          *std::get<std::string*>(field.target) = text;
        }
      }
    }
    return entry->make(options, canvas);
  }
};

inline std::vector<ReadyDrawer> ready_drawers() {
  std::vector<ReadyDrawer> ready;
  for (const auto& entry : drawers()) ready.push_back({&entry, {}});
  const auto add = [&](std::string_view name, const std::string& option, const std::string& text) {
    ready.push_back({&find(drawers(), name, "drawer"), {{option, text}}});
  };
  add("dwt", "wavelet", "haar");
  add("palette", "cells", "9");
  add("palette", "colours", "[navy,red,white]");
  add("palette", "relax", "soft");
  for (const char* type : {"rectshift", "hex", "tri", "diamond", "knit"})
    add("pixel", "type", type);
  add("rgb", "cells", "9");
  add("vqgan", "relax", "gumbel");
  return ready;
}

}  // namespace pincel
