// SPDX-License-Identifier: MIT
#include "commands/model_store.h"

#include <cstdlib>

#include "tests/temporary_folder.h"

namespace pincel::model_store_test {
namespace {

using tests::has;
using tests::refusal;

// A data folder of its own, for as long as a test runs.
class DataFolder : public tests::TemporaryFolder {
 public:
  DataFolder() { setenv("PINCEL_DATA", path().c_str(), 1); }
  ~DataFolder() { unsetenv("PINCEL_DATA"); }
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
};

TEST_CASE("an existing file is itself") {
  const DataFolder folder;
  const auto file = folder.file("own.pt", "weights");
  CHECK(find_model(file.string(), "clip") == file);
}

TEST_CASE("a name that was added finds its file, until the file is gone") {
  const DataFolder folder;
  const auto file = folder.file("ViT-B-32.pt", "weights");
  add_model("vit-b-32", "clip", file);
  CHECK(find_model("vit-b-32", "clip") == file);
  std::filesystem::remove(file);
  CHECK(has(refusal(ExitCode::missing_input, [] { find_model("vit-b-32", "clip"); }), "is gone"));
}

TEST_CASE("a public model that is not there says which file to get") {
  const DataFolder folder;
  const auto message = refusal(ExitCode::missing_input, [] { find_model("rn50", "clip"); });
  CHECK(has(message, "RN50.pt of OpenAI's CLIP"));
  CHECK(has(message, "pincel models add rn50 FILE"));
}

TEST_CASE("an unknown name is answered with the nearest of its kind") {
  const DataFolder folder;
  CHECK(has(refusal(ExitCode::missing_input, [] { find_model("imagenet-16383", "vqgan"); }),
            "imagenet-16384"));
}

TEST_CASE("names that cannot be kept are refused") {
  const DataFolder folder;
  const auto file = folder.file("m.pt", "weights");
  for (const std::string name : {"", "../m", "a b", "guide"}) {
    refusal(ExitCode::bad_value, [&] { add_model(name, "clip", file); });
  }
}

TEST_CASE("a store that is no YAML of models says so") {
  const DataFolder folder;
  folder.file("models.yaml", "- just\n- a list\n");
  CHECK(has(refusal(ExitCode::bad_data, [] { known_models(); }), "models.yaml"));
  folder.file("models.yaml", "a: {kind: clip}\n");
  CHECK(has(refusal(ExitCode::bad_data, [] { known_models(); }), "models.yaml"));
}

}  // namespace
}  // namespace pincel::model_store_test
