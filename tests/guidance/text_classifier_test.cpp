// SPDX-License-Identifier: MIT
#include "guidance/text_classifier.h"

#include "core/checkpoint.h"
#include "core/error.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/temporary_folder.h"

namespace pincel::text_classifier_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("a classifier that was kept is the same again") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  const auto made = make_text_classifier(clip, {"apple", "coche rojo", "cão"}, {"{}", "a {}"});
  write_text_classifier(folder / "c.safetensors", made);
  const auto read = read_text_classifier(folder / "c.safetensors", clip);
  CHECK(read.labels == made.labels);
  CHECK(read.templates == made.templates);
  CHECK(read.rows.equal(made.rows));
}

TEST_CASE("a classifier of another model is refused, and what is none") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip(1);
  write_text_classifier(folder / "c.safetensors", make_text_classifier(clip, {"apple"}, {"{}"}));
  const Clip other = tiny_clip(2);
  CHECK(has(
      refusal(ExitCode::bad_data, [&] { read_text_classifier(folder / "c.safetensors", other); }),
      "was made with another CLIP"));
  Checkpoint plain;
  plain.tensors["classifier"] = torch::zeros({1, 16});
  write_checkpoint(folder / "p.safetensors", plain);
  CHECK(has(
      refusal(ExitCode::bad_data, [&] { read_text_classifier(folder / "p.safetensors", clip); }),
      "is no classifier of"));
  Checkpoint short_one;
  short_one.tensors["classifier"] = torch::zeros({1, 16});
  short_one.metadata = {{"pincel.labels", R"(["a","b"])"},
                        {"pincel.templates", R"(["{}"])"},
                        {"pincel.model", clip.fingerprint()}};
  write_checkpoint(folder / "s.safetensors", short_one);
  CHECK(has(
      refusal(ExitCode::bad_data, [&] { read_text_classifier(folder / "s.safetensors", clip); }),
      "is not [2, 16]"));
}

TEST_CASE("labels are words, each once") {
  const Clip clip = tiny_clip();
  const auto refused = [&](const std::vector<std::string>& labels) {
    return refusal(ExitCode::bad_value, [&] { make_text_classifier(clip, labels, {"{}"}); });
  };
  CHECK(has(refused({}), "no label"));
  CHECK(has(refused({"a", "b", "a"}), "label 'a' comes twice"));
  CHECK(has(refused({"a", ""}), "label 2 is empty"));
}

}  // namespace
}  // namespace pincel::text_classifier_test
