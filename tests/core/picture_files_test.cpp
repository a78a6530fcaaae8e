// SPDX-License-Identifier: MIT
#include "core/picture_files.h"

#include <sys/stat.h>

#include "core/png.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_files_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::string small_png() {
  const std::vector<std::uint8_t> rgb(2 * 2 * 3, 90);
  return encode_png(rgb.data(), 2, 2, 3);
}

TEST_CASE("folders are listed by name, with what is in them") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "b");
  const auto last = folder.file("c.WEBP", "");
  const auto inner = folder.file("b/x.jpeg", "text");
  const auto first = folder.file("a.png", small_png());
  const auto renamed = folder.file("renamed.txt", small_png());
  folder.file("notes.txt", "words");
  folder.file("b/none", "");
  const PictureFiles found = list_pictures({last.string(), folder.path().string()});
  CHECK(found.pictures == std::vector<std::filesystem::path>{last, first, inner, last, renamed});
  CHECK(found.unreadable.empty());
  CHECK(found.others == 2);
}

TEST_CASE("pipes, broken links and rings of links are told of, and end") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
  std::filesystem::create_symlink(folder / "nowhere", folder / "link.png");
  std::filesystem::create_symlink(folder / "ring.png", folder / "ring.png");
  std::filesystem::create_directory_symlink(folder.path(), folder / "up");
  const auto good = folder.file("z.png", small_png());
  std::filesystem::create_symlink(good, folder / "y.png");
  const PictureFiles found = list_pictures({folder.path().string()});
  CHECK(found.pictures == std::vector<std::filesystem::path>{folder / "y.png", good});
  CHECK(found.others == 1);  // the link to a folder
  REQUIRE(found.unreadable.size() == 3);
  CHECK(has(found.unreadable[0].why, "link.png: "));
  CHECK(has(found.unreadable[1].why, "pipe.png: a pipe"));
  CHECK(has(found.unreadable[2].why, "ring.png: "));
  CHECK(has(refusal(ExitCode::missing_input, [&] { list_pictures({folder / "pictures"}); }),
            "no such picture or folder"));
}

TEST_CASE("a file is looked at before it is read") {
  const TemporaryFolder folder;
  CHECK(read_picture_file(folder.file("a", small_png())) == small_png());
  const auto refused = [&](const std::string& name, const std::string& bytes) {
    const auto path = folder.file(name, bytes);
    return refusal(ExitCode::bad_data, [&] { read_picture_file(path); });
  };
  CHECK(has(refused("empty.png", ""), "empty.png: is empty"));
  CHECK(has(refused("words.png", "words"), "is not a picture"));
  CHECK(has(refused("moving.jpg", "GIF89a..."), "is a GIF"));
  const auto large = folder.file("large.png", small_png());
  std::filesystem::resize_file(large, (std::uintmax_t{256} << 20U) + 1);  // sparse
  CHECK(has(refusal(ExitCode::bad_data, [&] { read_picture_file(large); }), "at most 256 MiB"));
}

}  // namespace
}  // namespace pincel::picture_files_test
