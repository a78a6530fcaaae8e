// SPDX-License-Identifier: MIT
#include "guidance/zero_shot_scores.h"

#include <cmath>

#include "tests/reference/fixture.h"

namespace pincel::zero_shot_scores_test {
namespace {

constexpr std::int64_t kPictures = 200, kDimension = 16;
constexpr std::int64_t kCaptioned = 60, kCaptions = 3;

at::Tensor unit_rows(const at::Tensor& rows) { return rows / rows.norm(2, -1, true); }

// What CLIP_benchmark said of the same rows (make_zero_shot_scores.py).
at::Tensor peer_figures(const std::string& name) {
  static const Checkpoint file =
      open_checkpoint(std::filesystem::path(PINCEL_SOURCE_DIR) /
                      "tests/reference/fixtures/zero_shot_scores.safetensors");
  return file.tensors.at(name);
}

ClassificationScores scores_of_classes(std::int64_t classes) {
  const auto classifier = unit_rows(reference::signal("classifier", {classes, kDimension}));
  std::vector<std::int64_t> target;
  for (std::int64_t i = 0; i < kPictures; ++i) target.push_back(i * i % (classes - 1));
  const auto own = classifier.index_select(0, torch::tensor(target, torch::kLong));
  const auto pictures =
      unit_rows(reference::signal("pictures", {kPictures, kDimension}) + 0.6 * own);
  ClassificationTally tally(classifier);
  for (std::int64_t begin = 0; begin < kPictures; begin += 64) {  // batches of any size
    const std::int64_t end = std::min(begin + 64, kPictures);
    tally.add(pictures.slice(0, begin, end), {target.begin() + begin, target.begin() + end});
  }
  CHECK(tally.pictures() == kPictures);
  return tally.scores();
}

TEST_CASE("classification is scored as CLIP_benchmark does", "[reference]") {
  const auto expected = peer_figures("seven_classes");
  const auto scores = scores_of_classes(7);
  CHECK(scores.acc1 == Approx(expected[0].item<double>()));
  CHECK(scores.acc5 == Approx(expected[1].item<double>()));
  CHECK(scores.mean_per_class_recall == Approx(expected[2].item<double>()));
  CHECK(scores.pictures_of_class[6] == 0);
  CHECK(std::isnan(scores.recall_of_class[6]));
}

TEST_CASE("there is no top-5 of fewer than five classes", "[reference]") {
  const auto expected = peer_figures("four_classes");
  const auto scores = scores_of_classes(4);
  CHECK(scores.acc1 == Approx(expected[0].item<double>()));
  CHECK(std::isnan(scores.acc5));
  CHECK(std::isnan(expected[1].item<double>()));
  CHECK(scores.mean_per_class_recall == Approx(expected[2].item<double>()));
}

TEST_CASE("retrieval with several captions each is scored as CLIP_benchmark does", "[reference]") {
  const auto expected = peer_figures("retrieval");
  const auto pictures = unit_rows(reference::signal("captioned", {kCaptioned, kDimension}));
  const auto noise = reference::signal("captions", {kCaptioned, kCaptions, kDimension});
  const auto texts = unit_rows(0.8 * noise + 0.8 * pictures.unsqueeze(1));
  std::vector<at::Tensor> rows;
  std::vector<std::int64_t> picture_of_text;
  for (std::int64_t i = 0; i < kCaptioned; ++i) {
    for (std::int64_t k = i % 4 == 0 ? 1 : 0; k < kCaptions; ++k) {
      rows.push_back(texts[i][k]);
      picture_of_text.push_back(i);
    }
  }
  const auto scores = retrieval_scores(pictures, torch::stack(rows), picture_of_text);
  REQUIRE(scores.k == std::vector<std::int64_t>{1, 5, 10});
  for (std::size_t i = 0; i < 3; ++i) {
    const auto place = static_cast<std::int64_t>(2 * i);
    CHECK(scores.image_retrieval_recall[i] == Approx(expected[place].item<double>()).epsilon(1e-6));
    CHECK(scores.text_retrieval_recall[i] ==
          Approx(expected[place + 1].item<double>()).epsilon(1e-6));
  }
}

TEST_CASE("few candidates are all found among more") {
  const auto rows = torch::eye(2);
  const auto scores = retrieval_scores(rows, rows.flip(0), {0, 1});
  CHECK(scores.image_retrieval_recall == std::vector<double>{0, 1, 1});
  CHECK(scores.text_retrieval_recall == std::vector<double>{0, 1, 1});
}

}  // namespace
}  // namespace pincel::zero_shot_scores_test
