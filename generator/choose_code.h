// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "core/options.h"

namespace pincel {

// How freely a code is drawn from what a transformer thinks of all codes.
struct ChoiceOptions {
  std::int64_t top_k = 250;
  double top_p = 1;
  double temperature = 1;

  template <class V>
  void fields(V&& visit) {
    visit("top_k", top_k, "draw among this many likeliest codes; 0: all, 1: always the likeliest",
          Range{0, 1e6});
    visit("top_p", top_p, "draw among the likeliest codes that together are this probable; 1: all",
          Range{0, 1});
    visit("temperature", temperature, "how freely codes are drawn; 0: always the likeliest",
          Range{0, 100});
  }
};

// Logits [B, V] over the temperature, with -infinity for codes that are not to be drawn: below the
// top_k-th logit (its equals stay), then those after which the likelier ones already have top_p of
// the probability (Holtzman et al. 2020; the one that reaches it stays).
at::Tensor kept_logits(const at::Tensor& logits, const ChoiceOptions& options);

// One code for each row of logits [B, V], drawn with the row's own generator, so that it does not
// depend on its neighbours. -> [B] int64 on the CPU
at::Tensor choose_codes(const at::Tensor& logits, const ChoiceOptions& options,
                        std::span<at::Generator> generators);

}  // namespace pincel
