// SPDX-License-Identifier: MIT
#include "scenes/stream.h"

#include <set>

#include "core/png.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::stream_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::string png_of(std::uint8_t value, int width, int height) {
  const std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * height * 3, value);
  return encode_png(rgb.data(), width, height, 3);
}

TEST_CASE("Batches depend on seed and position only, not on threads, and seek returns to them") {
  const World world;
  const SceneRequest request{.size = 32};
  SceneStream one(world, 5, request, 1), three(world, 5, request, 3), other(world, 6, request, 1);
  const CaptionedBatch first = one.next(24), second = one.next(24);
  CHECK(first.pixels.size() == 24 * 3 * 32 * 32);
  CHECK(first.captions == three.next(24).captions);
  CHECK(second.pixels == three.next(24).pixels);
  CHECK(first.captions != other.next(24).captions);
  CHECK(one.position() == 48);
  one.seek(24);
  const CaptionedBatch again = one.next(24);
  CHECK(again.pixels == second.pixels);
  CHECK(again.captions == second.captions);
}

TEST_CASE("Pixels are planar and come from the scene of their position") {
  const World world;
  SceneStream stream(world, 9, {.size = 16}, 2);
  stream.seek(1000);
  const CaptionedBatch batch = stream.next(2);
  const Scene scene = world.draw(SceneStream::scene_seed(9, 1001), {.size = 16});
  CHECK(batch.captions[1] == scene.caption);
  const std::uint8_t* pixels = batch.pixels.data() + 3 * 16 * 16;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 16 * 16; ++i)
      REQUIRE(pixels[c * 16 * 16 + i] == scene.picture.rgb[i * 3 + c]);
}

TEST_CASE("No stream draws a held-out scene") {
  for (std::uint64_t i = 0; i < 1000; ++i)
    CHECK(SceneStream::scene_seed(i * 0x123456789abcdefull, i) < kHeldOut);
}

TEST_CASE("A folder gives each of its pictures once a round with the text beside it") {
  const TemporaryFolder folder;
  std::set<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    const std::string name = "picture" + std::to_string(i);
    folder.file(name + ".png", png_of(static_cast<std::uint8_t>(30 * i), 20 + i, 30));
    folder.file(name + ".txt", "  caption " + std::to_string(i) + "\n");
    expected.insert("caption " + std::to_string(i));
  }
  CaptionedFolder source(folder.path(), {.seed = 3, .size = 16, .threads = 2});
  CHECK(source.count() == 7);
  for (int round = 0; round < 3; ++round) {
    const CaptionedBatch batch = source.next(7);
    CHECK(std::set<std::string>(batch.captions.begin(), batch.captions.end()) == expected);
    for (std::size_t i = 0; i < 7; ++i)
      CHECK(batch.pixels[i * 3 * 16 * 16] == 30 * (batch.captions[i].back() - '0'));
  }
  source.seek(7);
  const CaptionedBatch second = source.next(7);
  source.seek(7);
  CHECK(source.next(7).pixels == second.pixels);
}

TEST_CASE("A CSV names pictures relative to itself and may quote its captions") {
  const TemporaryFolder folder;
  folder.file("one.png", png_of(10, 16, 16));
  folder.file("two.png", png_of(20, 16, 16));
  const auto csv = folder.file("all.csv",
                               "caption,image\n\"a \"\"red\"\" apple, on blue\",one.png\r\n"
                               "un perro,two.png\n");
  CaptionedFolder source(csv, {.size = 16});
  const CaptionedBatch batch = source.next(2);
  CHECK(std::set<std::string>(batch.captions.begin(), batch.captions.end()) ==
        std::set<std::string>{"a \"red\" apple, on blue", "un perro"});
}

TEST_CASE("Folders and CSVs that cannot serve are refused with the file that is wrong") {
  const TemporaryFolder folder;
  const FolderOptions options{.size = 16};
  const auto open = [&](const std::filesystem::path& path) { CaptionedFolder(path, options); };
  refusal(ExitCode::missing_input, [&] { open(folder / "nowhere"); });
  refusal(ExitCode::missing_input, [&] { open(folder.path()); });
  folder.file("one.png", png_of(10, 16, 16));
  CHECK(has(refusal(ExitCode::missing_input, [&] { open(folder.path()); }), "one.txt"));
  folder.file("one.txt", " \n");
  CHECK(has(refusal(ExitCode::bad_data, [&] { open(folder.path()); }), "one.txt"));
  const auto csv = [&](const char* text) { return folder.file("list.csv", text); };
  CHECK(has(refusal(ExitCode::bad_data, [&] { open(csv("image,text\n")); }), "caption"));
  CHECK(has(refusal(ExitCode::bad_data, [&] { open(csv("image,caption\none.png\n")); }), "row 2"));
  CHECK(has(refusal(ExitCode::missing_input, [&] { open(csv("image,caption\nx.png,a\n")); }),
            "x.png"));
  refusal(ExitCode::bad_data, [&] { open(csv("image,caption\none.png,\"a\n")); });
}

TEST_CASE("A picture that does not decode is reported by the batch that needs it") {
  const TemporaryFolder folder;
  folder.file("bad.png", "this is no picture");
  folder.file("bad.txt", "nothing");
  CaptionedFolder source(folder.path(), {.size = 16});
  CHECK_THROWS_AS(source.next(1), Error);
}

}  // namespace
}  // namespace pincel::stream_test
