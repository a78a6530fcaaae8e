// SPDX-License-Identifier: MIT
#include "commands/embedding_file.h"

#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "core/checkpoint.h"
#include "core/npy.h"
#include "tests/temporary_folder.h"

namespace pincel::embedding_file_test {
namespace {

using tests::bytes_of;
using tests::TemporaryFolder;

void fill_in(EmbeddingFile& file, const at::Tensor& rows) {
  file.add(rows.slice(0, 0, 2), {"a", "b\nc"});
  file.add_unread("d", "d: is empty");
  file.add(rows.slice(0, 2), {"e"});
}

TEST_CASE("rows that come in pieces are written as those that come at once") {
  const TemporaryFolder folder;
  const auto rows = torch::rand({3, 5});
  const EmbeddingSource source{5, "image", "sum"};
  const auto npy = make_embedding_file(folder / "e.npy", source);
  fill_in(*npy, rows);
  CHECK(!std::filesystem::exists(folder / "e.npy"));
  npy->finish();
  write_npy(folder / "whole.npy", rows);
  CHECK(bytes_of(folder / "e.npy") == bytes_of(folder / "whole.npy"));

  const auto tensors = make_embedding_file(folder / "e.safetensors", source);
  fill_in(*tensors, rows);
  tensors->finish();
  const Checkpoint read = open_checkpoint(folder / "e.safetensors");
  CHECK(read.tensors.at("embeddings").equal(rows));
  const auto& names = read.tensors.at("names");
  CHECK(std::string(static_cast<const char*>(names.const_data_ptr()), names.nbytes()) ==
        "a\nb c\ne\n");
  CHECK(read.metadata.at("pincel.model") == "sum");
}

TEST_CASE("JSON lines tell of every input, with numbers that read back") {
  const TemporaryFolder folder;
  const auto rows = torch::rand({3, 5});
  const auto file = make_embedding_file(folder / "e.jsonl", {5, "image", "sum"});
  fill_in(*file, rows);
  file->finish();
  std::ifstream lines(folder / "e.jsonl");
  std::vector<nlohmann::json> read;
  for (std::string line; std::getline(lines, line);) read.push_back(nlohmann::json::parse(line));
  REQUIRE(read.size() == 4);
  CHECK(read[1]["image"] == "b\nc");
  CHECK(read[2]["error"] == "d: is empty");
  CHECK(torch::tensor(read[3]["embedding"].get<std::vector<float>>()).equal(rows[2]));
}

TEST_CASE("no rows are a file, too, and an unknown ending is refused") {
  const TemporaryFolder folder;
  make_embedding_file(folder / "none.npy", {5, "text", ""})->finish();
  CHECK(tests::has(bytes_of(folder / "none.npy"), "'shape': (0, 5, )"));
  CHECK(tests::has(tests::refusal(ExitCode::bad_value,
                                  [&] {
                                    make_embedding_file(folder / "e.txt", {5, "text", ""});
                                  }),
                   "expected .npy, .safetensors or .jsonl"));
  tests::refusal(ExitCode::cannot_create, [&] {
    make_embedding_file(folder / "none/e.npy", {5, "text", ""});
  });
}

}  // namespace
}  // namespace pincel::embedding_file_test
