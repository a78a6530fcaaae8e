// SPDX-License-Identifier: MIT
// Start `plain`: one colour everywhere.
// Options: colour grey (a name, "#08f", "(0+136+255)").
// Example: pincel paint "a red apple" --init plain --init.plain.colour navy
#include <torch/torch.h>

#include <string>

#include "core/palette.h"
#include "generator/start.h"

namespace pincel {
namespace {

struct PlainOptions {
  std::string colour = "grey";

  template <class V>
  void fields(V&& visit) {
    visit("colour", colour, "a name, \"#08f\" or \"(0+136+255)\"");
  }
};

class PlainStart : public Start {
 public:
  explicit PlainStart(const PlainOptions& options)
      : colour_(palette_tensor({parse_colour(options.colour, "init.plain.colour")})) {}

  at::Tensor draw(const StartCanvas& canvas) const override {
    const auto count = static_cast<std::int64_t>(canvas.generators.size());
    return colour_.view({1, 3, 1, 1}).expand({count, -1, canvas.height, canvas.width}).contiguous();
  }

 private:
  at::Tensor colour_;  // [1, 3]
};

}  // namespace

OptionBox plain_start_options() { return OptionBox::of<PlainOptions>(); }

std::unique_ptr<Start> make_plain_start(const OptionBox& options) {
  return std::make_unique<PlainStart>(options.as<PlainOptions>());
}

}  // namespace pincel
