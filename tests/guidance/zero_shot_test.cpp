// SPDX-License-Identifier: MIT
#include "guidance/zero_shot.h"

#include "core/error.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/reference/public_models.h"
#include "tests/temporary_folder.h"

namespace pincel::zero_shot_test {
namespace {

TEST_CASE("labels have unit rows, the direction of the mean over the templates") {
  const torch::NoGradGuard no_grad;
  const Clip clip = tiny_clip();
  const auto rows = label_embeddings(clip, {"apple", "car"}, {"{}", "a red {}"});
  const auto mean = clip.texts({"apple", "car"}) + clip.texts({"a red apple", "a red car"});
  CHECK(torch::allclose(rows, mean / mean.norm(2, -1, true)));
  CHECK(torch::allclose(rows.norm(2, -1), torch::ones({2})));
}

TEST_CASE("a template without a place for the label is refused") {
  const Clip clip = tiny_clip();
  const auto message = tests::refusal(ExitCode::bad_value, [&] {
    label_embeddings(clip, {"apple"}, {"{}", "plain"});
  });
  CHECK(tests::has(message, "template 'plain' has no {} where the label goes"));
}

TEST_CASE("texts are ranked by their softmax, equal ones in the order given") {
  const torch::NoGradGuard no_grad;
  const Clip clip = tiny_clip();
  const auto picture = torch::tensor({{1.0F, 0.0F}});
  const auto texts = torch::tensor({{0.0F, 1.0F}, {0.6F, 0.8F}, {1.0F, 0.0F}, {0.6F, -0.8F}});
  const Ranking ranking = rank_texts(clip, picture, texts);
  CHECK(ranking.order == std::vector<std::size_t>{2, 1, 3, 0});
  const auto expected = torch::tensor({0.0, 0.6, 1.0, 0.6}).mul(clip.scale()).softmax(0);
  CHECK(torch::allclose(torch::tensor(ranking.probabilities), expected));
}

TEST_CASE("a SigLIP tells of each text by itself") {
  const torch::NoGradGuard no_grad;
  const Clip clip = Clip::load(reference::kPublic / "hugging_face_siglip", at::Device(at::kCPU));
  const auto picture = torch::tensor({{1.0F, 0.0F}});
  const auto texts = torch::tensor({{0.0F, 1.0F}, {1.0F, 0.0F}});
  const Ranking ranking = rank_texts(clip, picture, texts);
  CHECK(ranking.order == std::vector<std::size_t>{1, 0});
  const auto expected = (torch::tensor({0.0, 1.0}) * clip.scale() + clip.bias().value()).sigmoid();
  CHECK(torch::allclose(torch::tensor(ranking.probabilities), expected));
}

}  // namespace
}  // namespace pincel::zero_shot_test
