// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>

#include <map>

#include "core/checkpoint.h"
#include "core/image_file.h"
#include "core/sha256.h"
#include "prompts/concept_vector.h"
#include "prompts/long_text.h"
#include "prompts/picture_part.h"
#include "prompts/prompt.h"
#include "prompts/templates.h"
#include "tests/catch.h"
#include "tests/prompts/fake_encoder.h"
#include "tests/temporary_folder.h"

namespace pincel::kinds_test {
namespace {

using tests::has;
using tests::refusal;

// Left half red, right half blue.
void write_halves(const std::filesystem::path& path) {
  auto image = at::zeros({1, 3, 4, 8});
  image[0][0].slice(1, 0, 4).fill_(1.0);
  image[0][2].slice(1, 4, 8).fill_(1.0);
  write_image(path, image);
}

// What a user might write, for each kind.
struct Examples {
  tests::TemporaryFolder folder;
  std::map<std::string, std::string> texts;

  Examples() {
    write_halves(folder / "halves.png");
    ConceptVector vector;
    vector.directions["fake"] = {at::full({1, 4}, 0.5), "guide"};
    write_checkpoint(folder / "v.safetensors", to_checkpoint(vector));
    texts = {{"image", (folder / "halves.png").string()},
             {"label", "apple"},
             {"noise", "7"},
             {"text", "a red apple"},
             {"vector", (folder / "v.safetensors").string()}};
  }
};

at::Tensor embedded(std::string_view kind, const std::string& text) {
  return make_prompt(kind, {text})->embed(FakeEncoder());
}

}  // namespace

TEST_CASE("every kind of prompt gives unit rows, always the same, with its weight and stop") {
  const Examples examples;
  REQUIRE(prompt_kinds().size() == examples.texts.size());
  for (const auto& [kind, help] : prompt_kinds()) {
    CAPTURE(kind);
    CHECK_FALSE(help.empty());
    REQUIRE(examples.texts.count(kind) == 1);
    const PromptText text{examples.texts.at(kind), Schedule(-0.5), 0.25};
    const auto prompt = make_prompt(kind, text);
    CHECK(prompt->weight().at(0, 1) == -0.5);
    CHECK(prompt->stop() == 0.25);
    const auto rows = prompt->embed(FakeEncoder());
    REQUIRE(rows.dim() == 2);
    CHECK(rows.size(0) >= 1);
    CHECK(rows.size(1) == 4);
    CHECK(at::allclose(rows.norm(2, -1), at::ones({rows.size(0)})));
    CHECK_FALSE(rows.requires_grad());
    CHECK(at::equal(rows, make_prompt(kind, text)->embed(FakeEncoder())));
    CHECK(prompt->keys().empty());
  }
  CHECK_THROWS_AS(make_prompt("texd", {"a"}), Error);
}

TEST_CASE("only what is to be seen may be told to a code prior") {
  const Examples examples;
  for (const auto& [kind, text] : examples.texts) {
    const bool is_direction = kind == "noise" || kind == "vector";
    CHECK(make_prompt(kind, {text})->is_topic() != is_direction);
  }
}

TEST_CASE("an image prompt is of the whole or of a part") {
  const Examples examples;
  const std::string file = examples.texts.at("image");
  const auto red = FakeEncoder().images(at::tensor({1.0F, 0.0F, 0.0F}).view({1, 3, 1, 1}));
  CHECK(at::allclose(embedded("image", file + "#0,0,4,4"), red, 1e-4, 1e-4));
  CHECK(at::allclose(embedded("image", file + "#0%,0%,50%,100%"), red, 1e-4, 1e-4));
  CHECK(embedded("image", file + "#50%,0,50%,4")[0][2].item<double>() > 0.99);
  const auto whole = embedded("image", file);
  CHECK(whole[0][0].item<double>() == Approx(whole[0][2].item<double>()).epsilon(1e-3));
  for (const char* bad :
       {"#0,0,4", "#0,0,4,4,4", "#6,0,4,4", "#0,0,0,4", "#-1,0,4,4", "#0,0,.,4"}) {
    CAPTURE(bad);
    CHECK(has(refusal(ExitCode::bad_value, [&] { embedded("image", file + bad); }), "8x4"));
  }
  CHECK(picture_part("a #1 cat.png").file == "a #1 cat.png");
}

TEST_CASE("a label is the mean of its sentences") {
  const FakeEncoder encoder;
  const PromptContext context{.templates = {"{} one", "a {} here"}};
  const auto row = make_prompt("label", {"apple"}, context)->embed(encoder);
  const auto sum = encoder.text("apple one") + encoder.text("a apple here");
  CHECK(at::allclose(row, sum / sum.norm()));
  for (const std::string& sentence : usual_templates())
    CHECK(has(filled(sentence, "pear"), "pear"));
  const tests::TemporaryFolder folder;
  const auto good = folder.file("good.txt", "# mine\n\n a {} \n{} again\n");
  CHECK(read_templates(good) == std::vector<std::string>{"a {}", "{} again"});
  const auto bad = folder.file("bad.txt", "a hole\n");
  CHECK(has(refusal(ExitCode::bad_data, [&] { read_templates(bad); }), "'a hole'"));
  CHECK(has(refusal(ExitCode::missing_input, [&] { read_templates(folder / "none"); }), "none"));
}

TEST_CASE("a noise prompt depends on its seed alone") {
  CHECK_FALSE(at::allclose(embedded("noise", "7"), embedded("noise", "8")));
  for (const char* bad : {"seven", "-1", "7.5", ""}) {
    CHECK(has(refusal(ExitCode::bad_value, [&] { embedded("noise", bad); }), "whole number"));
  }
}

TEST_CASE("a vector is the difference of two means, and holds for its own model alone") {
  const auto with = at::tensor({1.0, 0.0, 0.0, 1.0}).view({2, 2});  // means 0.5 0.5
  const auto without = at::tensor({0.5, -0.5}).view({1, 2});
  CHECK(at::allclose(mean_difference(with, without), at::tensor({0.0, 1.0}).view({1, 2})));
  CHECK(has(refusal(ExitCode::bad_data, [&] { mean_difference(with, with); }), "the same"));

  const tests::TemporaryFolder folder;
  ConceptVector vector;
  vector.directions[sha256("other")] = {at::full({1, 4}, 0.5), "some-clip"};
  const auto path = folder / "v.safetensors";
  write_checkpoint(path, to_checkpoint(vector));
  CHECK(read_concept_vector(path).directions.size() == 1);
  CHECK(has(refusal(ExitCode::bad_value, [&] { embedded("vector", path.string()); }), "some-clip"));
  Checkpoint other;
  other.tensors["vector.x"] = at::ones({1, 4});
  write_checkpoint(folder / "other.safetensors", other);
  const auto read = [&] { read_concept_vector(folder / "other.safetensors"); };
  CHECK(has(refusal(ExitCode::bad_data, read), "holds no vector"));
  other.metadata["pincel.vector"] = "1";
  write_checkpoint(folder / "other.safetensors", other);
  CHECK(has(refusal(ExitCode::bad_data, read), "no unit row"));
}

TEST_CASE("what is beyond the context is read in pieces of whole words, or cut") {
  const FakeEncoder encoder;
  const std::string text = "a bb ccc a bb ccc  dddd dddd";
  const auto pieces = pieces_of(encoder, text);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0] == "a bb ccc a bb ccc");
  CHECK(pieces_of(encoder, "a bb").size() == 1);
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "word ";
  CHECK(pieces_of(encoder, longest).size() == 17);
  const auto sum = encoder.text(pieces[0]) * 6 + encoder.text(pieces[1]) * 2;
  const auto mean = make_prompt("text", {text})->embed(encoder);
  CHECK(at::allclose(mean, sum / sum.norm()));
  const auto cut = make_prompt("text", {text}, {.cuts_long_text = true})->embed(encoder);
  CHECK(at::allclose(cut, encoder.text(pieces[0])));
}

}  // namespace pincel::kinds_test
