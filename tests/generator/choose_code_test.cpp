// SPDX-License-Identifier: MIT
#include "generator/choose_code.h"

#include <torch/torch.h>

#include <cmath>
#include <sstream>
#include <vector>

#include "core/checkpoint.h"
#include "core/random.h"
#include "tests/catch.h"

namespace pincel::choose_code_test {
namespace {

std::vector<at::Generator> same_generators(std::int64_t count) {
  std::vector<at::Generator> made;
  for (std::int64_t i = 0; i < count; ++i) {
    made.push_back(make_generator(static_cast<std::uint64_t>(i), "choice"));
  }
  return made;
}

TEST_CASE("top-k and top-p keep what transformers keeps", "[reference]") {
  const auto fixture = open_checkpoint(std::string(PINCEL_SOURCE_DIR) +
                                       "/tests/reference/fixtures/transformer_choices.safetensors");
  const auto& logits = fixture.tensors.at("logits");
  int cases = 0;
  for (const auto& [name, expected] : fixture.tensors) {
    if (name == "logits") continue;
    INFO(name);
    ChoiceOptions options;
    std::istringstream(name) >> options.top_k >> options.top_p >> options.temperature;
    const auto kept = kept_logits(logits, options);
    CHECK(torch::equal(kept.isinf(), expected.isinf()));
    CHECK(torch::allclose(kept, expected));
    ++cases;
  }
  CHECK(cases == 7);
}

TEST_CASE("equal logits at the limit all stay, and the likeliest code always does") {
  const auto logits = torch::tensor({{1.0, 3.0, 2.0, 2.0, 0.0}});
  CHECK(kept_logits(logits, {.top_k = 2}).isfinite().sum().item<int>() == 3);
  CHECK(kept_logits(logits, {.top_k = 0, .top_p = 0}).isfinite().sum().item<int>() == 1);
  CHECK(kept_logits(logits, {.top_k = 99}).isfinite().all().item<bool>());
}

TEST_CASE("codes are drawn as often as they are probable") {
  const auto logits = torch::tensor({0.5, 0.3, 0.15, 0.05}).log().expand({1, 4});
  auto one = same_generators(1);
  std::vector<double> counts(4);
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) {
    ++counts[static_cast<std::size_t>(choose_codes(logits, {.top_k = 0}, one)[0].item<int>())];
  }
  const double shares[] = {0.5, 0.3, 0.15, 0.05};
  for (std::size_t code = 0; code < 4; ++code) {
    CHECK(std::abs(counts[code] / kDraws - shares[code]) < 0.03);
  }
  for (int i = 0; i < 200; ++i) CHECK(choose_codes(logits, {.top_k = 2}, one)[0].item<int>() < 2);
}

TEST_CASE("without freedom the likeliest code is taken and no number is drawn") {
  const auto logits = torch::tensor({{0.0, 2.0, 1.0}, {5.0, 2.0, 1.0}});
  auto two = same_generators(2);
  const auto before = two[0].get_state();
  const auto expected = torch::tensor({1, 0}, torch::kLong);
  CHECK(torch::equal(choose_codes(logits, {.top_k = 1}, two), expected));
  CHECK(torch::equal(choose_codes(logits, {.temperature = 0}, two), expected));
  CHECK(torch::equal(two[0].get_state(), before));
}

}  // namespace
}  // namespace pincel::choose_code_test
