// SPDX-License-Identifier: MIT
#include "generator/code_transformer.h"

#include <torch/torch.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/random.h"
#include "generator/gpt_modules.h"
#include "tests/reference/transformer_fixture.h"

namespace pincel::code_transformer_test {
namespace {

using reference::Fixture;
using reference::kTolerance;
using reference::largest_difference;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const at::Device kCpu(at::kCPU);
constexpr const char* kAll[] = {"transformer_unconditional", "transformer_class",
                                "transformer_depth", "transformer_segmentation",
                                "transformer_places"};

std::vector<at::Generator> generators(std::initializer_list<std::uint64_t> seeds) {
  std::vector<at::Generator> made;
  for (const auto seed : seeds) made.push_back(make_generator(seed, "sample"));
  return made;
}

// A model of a fixture, with what it is told for the sizes that the fixture has.
struct Model {
  explicit Model(const std::string& name)
      : fixture(reference::read_transformer_fixture(name)),
        transformer(CodeTransformer::load(reference::write_transformer(fixture, folder), kCpu)) {}

  at::Tensor condition(const std::string& which, const Cells& cells) const {
    TransformerCondition given{.label = nlohmann::json::parse(fixture.config).at("label"),
                               .picture = {}};
    const auto picture = fixture.expectation.tensors.find(which + ".condition");
    if (picture != fixture.expectation.tensors.end()) {
      given.picture = reference::write_grey(picture->second, folder, which + ".png");
    }
    return transformer.condition(given, cells);
  }

  at::Tensor greedy(const std::string& which, const Cells& cells) const {
    auto one = generators({1});
    return transformer.draw(
        {.cells = cells, .condition = condition(which, cells), .choice = {.top_k = 1}, .told = {}},
        one);
  }

  Fixture fixture;
  TemporaryFolder folder;
  CodeTransformer transformer;
};

TEST_CASE("taming's transformers give the same logits, loss and gradients", "[reference]") {
  for (const char* name : kAll) {
    INFO(name);
    const Fixture fixture = reference::read_transformer_fixture(name);
    const TemporaryFolder folder;
    const auto config =
        CodeTransformer::load(reference::write_transformer(fixture, folder), kCpu).config();
    Gpt gpt(config.gpt);
    Checkpoint weights;
    for (const auto& [key, tensor] : fixture.weights.tensors) {
      if (key.starts_with("transformer.") && !key.ends_with("mask")) weights.tensors[key] = tensor;
    }
    load_module(*gpt, weights, "transformer.");
    const auto told = fixture.at("condition").size(1);
    const auto codes = fixture.at("codes");
    const auto tokens = torch::cat({fixture.at("condition"), codes}, 1).slice(1, 0, -1);
    const auto logits = gpt(tokens).slice(1, told - 1);
    reference::expect_close(fixture, "logits", logits.slice(1, -20));
    const auto loss = torch::nn::functional::cross_entropy(logits.flatten(0, 1), codes.flatten());
    reference::expect_close(fixture, "loss", loss);
    loss.backward();
    reference::expect_close(fixture, "gradient.pos_emb", gpt->pos_emb.grad());
    reference::expect_close(fixture, "gradient.tok_emb", gpt->tok_emb->weight.grad());
    reference::expect_close(fixture, "gradient.key", gpt->blocks_[0]->attn->key->weight.grad());
  }
}

TEST_CASE("keys and values that are kept give what all tokens together give") {
  const Model model("transformer_depth");
  const auto& fixture = model.fixture;
  Gpt gpt(model.transformer.config().gpt);
  Checkpoint weights;
  for (const auto& [key, tensor] : fixture.weights.tensors) {
    if (key.starts_with("transformer.") && !key.ends_with("mask")) weights.tensors[key] = tensor;
  }
  load_module(*gpt, weights, "transformer.");
  const torch::NoGradGuard no_grad;
  const auto tokens = torch::cat({fixture.at("condition"), fixture.at("codes")}, 1).slice(1, 0, -1);
  const auto whole = gpt(tokens);
  GptCache cache;
  CHECK(largest_difference(gpt->next(tokens.slice(1, 0, 16), cache), whole.select(1, 15)) < 1e-5);
  CHECK(largest_difference(gpt->next(tokens.slice(1, 16, 19), cache), whole.select(1, 18)) < 1e-5);
  for (std::int64_t at = 19; at < tokens.size(1); ++at) {
    const auto next = gpt->next(tokens.slice(1, at, at + 1), cache);
    CHECK(largest_difference(next, whole.select(1, at)) < 1e-5);
  }
  CHECK(cache.length == tokens.size(1));
}

TEST_CASE("greedy codes are taming's, of one window and of a larger picture", "[reference]") {
  for (const char* name : kAll) {
    INFO(name);
    const Model model(name);
    const auto side = model.transformer.config().window();
    const auto& expected = model.fixture.at("small.codes");
    const auto codes = model.greedy("small", {side, side});
    CHECK(side * side == expected.numel());
    // An order of its own is put right before decoding.
    const auto order = model.fixture.expectation.tensors.find("permuter.backward_shuffle_idx");
    const auto placed = order == model.fixture.expectation.tensors.end()
                            ? expected
                            : expected.index_select(1, order->second);
    CHECK(torch::equal(codes.flatten(1), placed));
    const auto& vqgan = *model.transformer.vqgan();
    const auto picture = vqgan.decode(vqgan.lookup(codes)) * 2 - 1;
    CHECK(largest_difference(picture, model.fixture.at("small.picture")) < 2 * kTolerance);
    const auto large = model.fixture.expectation.tensors.find("large.codes");
    if (large == model.fixture.expectation.tensors.end()) continue;
    const Cells cells{large->second.size(1), large->second.size(2)};
    CHECK(torch::equal(model.greedy("large", cells), large->second));
  }
}

TEST_CASE("conditions become taming's codes", "[reference]") {
  for (const char* name : {"transformer_depth", "transformer_segmentation", "transformer_places"}) {
    for (const char* which : {"small", "large"}) {
      INFO(name << " " << which);
      const Model model(name);
      const auto& expected = model.fixture.at(std::string(which) + ".condition_codes");
      CHECK(torch::equal(model.condition(which, {expected.size(1), expected.size(2)}), expected));
    }
  }
}

TEST_CASE("a drawn picture depends on its own seed, not on its neighbours") {
  const Model model("transformer_segmentation");
  const Cells cells{5, 6};
  const auto draw = [&](std::initializer_list<std::uint64_t> seeds) {
    auto own = generators(seeds);
    return model.transformer.draw({.cells = cells,
                                   .condition = model.condition("small", cells),
                                   .choice = {.top_k = 0, .temperature = 2},
                                   .told = {}},
                                  own);
  };
  const auto three = draw({4, 5, 6});
  CHECK(torch::equal(three, draw({4, 5, 6})));
  CHECK(torch::equal(three[1], draw({5})[0]));
  CHECK(torch::equal(three[2], draw({6, 9})[0]));
  CHECK(!torch::equal(three[0], three[1]));
}

TEST_CASE("what a transformer is told must be what it knows") {
  const Cells cells{4, 4};
  const Model depth("transformer_depth");
  const Model classes("transformer_class");
  const auto refused = [&](const Model& model, const TransformerCondition& given) {
    return refusal(ExitCode::bad_value, [&] { model.transformer.condition(given, cells); });
  };
  CHECK(has(refused(depth, {}),
            "condition is missing: this transformer draws a picture for a depth map"));
  CHECK(has(refused(depth, {.label = 3, .picture = {}}),
            "class 3: this transformer is told a depth map"));
  CHECK(has(refused(classes, {}), "class is missing, expected 0 to 9"));
  CHECK(has(refused(classes, {.label = 10, .picture = {}}), "class is 10, expected 0 to 9"));
  CHECK(has(refused(classes, {.label = 1, .picture = "a.png"}), "one of 10 classes, no picture"));
  const Model segments("transformer_segmentation");
  const auto wrong =
      reference::write_grey(torch::full({8, 8}, 7, torch::kByte), segments.folder, "wrong.png");
  const auto message = refusal(ExitCode::bad_data, [&] {
    segments.transformer.condition({.label = -1, .picture = wrong}, cells);
  });
  CHECK(has(message, "has a pixel of class 7, but this model knows the classes 0 to 6"));
}

TEST_CASE("sizes that a transformer does not draw are refused") {
  const auto refused = [](const char* name, const Cells& cells) {
    const Model model(name);
    return refusal(ExitCode::bad_value, [&] { model.greedy("small", cells); });
  };
  CHECK(has(refused("transformer_places", {3, 9}),
            "a side of 6 pixels is too short: this transformer sees 8 pixels at once"));
  CHECK(has(refused("transformer_unconditional", {4, 5}), "draws 8x8 pixels only"));
}

TEST_CASE("a condition of another size is scaled to cover the picture and cut at the middle") {
  const Model model("transformer_segmentation");
  const auto& labels = model.fixture.at("small.condition");  // [8, 8]
  const auto wide =
      torch::cat({torch::zeros({8, 2}, torch::kByte), labels, torch::zeros({8, 2}, torch::kByte)},
                 1)
          .repeat_interleave(3, 0)
          .repeat_interleave(3, 1);
  const auto path = reference::write_grey(wide, model.folder, "wide.png");
  CHECK(torch::equal(model.transformer.condition({.label = -1, .picture = path}, {4, 4}),
                     model.fixture.at("small.condition_codes")));
}

}  // namespace
}  // namespace pincel::code_transformer_test
