// SPDX-License-Identifier: MIT
#include "commands/captioned_files.h"

#include "commands/labelled_folder.h"
#include "tests/temporary_folder.h"

namespace pincel::captioned_files_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;
using Captions = std::vector<std::vector<std::string>>;

TEST_CASE("captions lie beside pictures, a line each") {
  const TemporaryFolder folder;
  folder.file("b.png", "x");
  folder.file("b.txt", "one\n\n two \r\n");
  folder.file("a.jpg", "x");
  CHECK(is_captioned(folder.path()));
  CHECK(has(refusal(ExitCode::missing_input, [&] { list_captioned(folder.path()); }), "a.txt"));
  folder.file("a.txt", "three\n");
  const auto found = list_captioned(folder.path());
  CHECK(found.pictures == std::vector<std::filesystem::path>{folder / "a.jpg", folder / "b.png"});
  CHECK(found.captions == Captions{{"three"}, {"one", "two"}});
}

TEST_CASE("captions come in tables and in JSON lines, several to a picture") {
  const TemporaryFolder folder;
  folder.file("a.png", "x");
  folder.file("b.png", "x");
  const Captions expected = {{"a, quoted", "again"}, {"other"}};
  const auto csv =
      folder.file("c.csv",
                  "\xEF\xBB\xBF"
                  "id,filepath,title\n1,a.png,\"a, quoted\"\n2,b.png,other\n3,a.png,again\n");
  CHECK(list_captioned(csv).captions == expected);
  const auto tsv =
      folder.file("c.tsv", "image\tcaption\na.png\ta, quoted\na.png\tagain\nb.png\tother\n");
  CHECK(list_captioned(tsv).captions == expected);
  const auto lines =
      folder.file("c.jsonl", R"({"image": "a.png", "captions": ["a, quoted", "again"]})"
                             "\n\n"
                             R"({"file_name": "b.png", "caption": "other"})");
  CHECK(list_captioned(lines).captions == expected);
  CHECK(list_captioned(lines).pictures[1] == folder / "b.png");
  CHECK(is_captioned(lines));
}

TEST_CASE("what is missing in a file of captions is named with its line") {
  const TemporaryFolder folder;
  folder.file("a.png", "x");
  const auto refused = [&](const std::string& name, const std::string& bytes, ExitCode code) {
    const auto path = folder.file(name, bytes);
    return refusal(code, [&] { list_captioned(path); });
  };
  CHECK(has(refused("1.csv", "image,words\na.png,x\n", ExitCode::bad_data), "no column 'caption'"));
  CHECK(has(refused("2.csv", "image,caption\na.png\n", ExitCode::bad_data), "row 2 has 1 fields"));
  CHECK(has(refused("3.csv", "image,caption\nz.png,x\n", ExitCode::missing_input),
            "line 2: no such picture"));
  CHECK(has(refused("4.csv", "image,caption\na.png, \n", ExitCode::bad_data), "no caption"));
  CHECK(has(refused("5.jsonl", "{\"image\": \"a.png\"}\n", ExitCode::bad_data), "line 1"));
  CHECK(has(refused("6.jsonl", "[1]\n", ExitCode::bad_data), "is no JSON object"));
  CHECK(has(refused("7.jsonl", "\n", ExitCode::missing_input), "holds no captioned picture"));
  CHECK(has(refused("8.xml", "<a/>", ExitCode::bad_data), "expected a folder"));
}

TEST_CASE("classes are folders, called as they are or as a file says") {
  const TemporaryFolder folder;
  for (const char* name : {"n02", "red_apple", "empty"}) {
    std::filesystem::create_directory(folder / name);
  }
  folder.file("n02/x.png", "x");
  folder.file("red_apple/y.png", "x");
  folder.file("red_apple/z.png", "x");
  folder.file("stray.png", "x");
  const auto names = folder.file("names.txt", "n02=dog\n");
  const auto found = list_labelled(folder.path(), names.string());
  CHECK(found.labels == std::vector<std::string>{"dog", "red apple"});
  CHECK(found.classes == std::vector<std::int64_t>{0, 1, 1});
  CHECK(found.pictures.back() == folder / "red_apple/z.png");
  const auto wrong = folder.file("wrong.txt", "n03=cat\n");
  CHECK(has(refusal(ExitCode::bad_data, [&] { list_labelled(folder.path(), wrong.string()); }),
            "'n03' is no folder"));
  CHECK(has(refusal(ExitCode::missing_input, [&] { list_labelled(folder / "n02", ""); }),
            "expected two or more"));
}

}  // namespace
}  // namespace pincel::captioned_files_test
