// SPDX-License-Identifier: MIT
#include "guidance/picture_index.h"

#include <torch/torch.h>

#include <algorithm>
#include <fstream>

#include "core/image_file.h"
#include "core/random.h"
#include "guidance/faiss_index.h"
#include "guidance/index_update.h"
#include "guidance/picture_query.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_index_test {
namespace {

namespace fs = std::filesystem;
using tests::TemporaryFolder;

const IndexModel kModel{"tiny", "abc", 4};

at::Tensor units(std::int64_t count, std::uint64_t seed) {
  auto dice = make_generator(seed, "units");
  const auto rows = torch::randn({count, 4}, dice);
  return rows / rows.norm(2, -1, true);
}

std::string sum_of(int number) { return std::string(31, 'x') + static_cast<char>('a' + number); }

IndexedFile file_of(const std::string& path, std::int64_t row) {
  return {.path = path, .stamp = {1, 2}, .row = row, .problem = {}};
}

// Three pictures in four files.
void fill(PictureIndexWriter& writer) {
  writer.add({{sum_of(0), 8, 9}, {sum_of(1), 10, 11}}, units(2, 1),
             {file_of("a.png", 0), file_of("b.png", 1)});
  writer.add({{sum_of(2), 12, 13}}, units(1, 2), {file_of("c.png", 0)});
  writer.set_files({file_of("copy.png", 1), {.path = "bad.png", .stamp = {}, .problem = "why"}});
}

void write_picture(const fs::path& path, std::uint64_t seed) {
  auto dice = make_generator(seed, "picture");
  write_image(path, torch::rand({1, 3, 40, 40}, dice));
}

IndexModel model_of(const Clip& clip) { return {"tiny", clip.fingerprint(), clip.dimension()}; }

TEST_CASE("pictures are found with all their files, in the order of their scores", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  {
    PictureIndexWriter writer(place, {.model = kModel});
    fill(writer);
  }
  const PictureIndex index(place);
  index.expect_sound();
  CHECK(index.pictures() == 3);
  const auto found = index.search(units(2, 1)[1], 2);
  REQUIRE(found.size() == 2);
  CHECK(found[0].files == std::vector<fs::path>{folder / "b.png", folder / "copy.png"});
  CHECK(std::abs(found[0].score - 1) < 2e-3);
  CHECK(found[0].width == 10);
  CHECK(found[0].height == 11);
  CHECK(found[1].score < found[0].score);
  CHECK(index.search(units(2, 1)[1], 10, 0.999).size() == 1);
}

TEST_CASE("what no file holds any more is forgotten, and its rows in time", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  PictureIndexWriter writer(place, {.model = kModel});
  writer.add({{sum_of(3), 1, 1}, {sum_of(4), 1, 1}, {sum_of(5), 1, 1}}, units(3, 3),
             {file_of("d.png", 0), file_of("e.png", 1), file_of("f.png", 2)});
  fill(writer);
  const PictureIndex before(place);
  writer.forget_files({"a.png"});
  writer.tidy();
  {
    const PictureIndex index(place);
    index.expect_sound();
    CHECK(index.pictures() == 5);
    CHECK(index.records().rows() == 6);  // one hole in six stays
    for (const auto& one : index.search(units(2, 1)[0], 6)) CHECK(one.files[0] != folder / "a.png");
  }
  writer.forget_files({"d.png"});
  writer.tidy();
  const PictureIndex index(place);
  index.expect_sound();
  CHECK(index.records().rows() == 4);
  CHECK(index.records().generation() == 2);
  CHECK(index.search(units(3, 3)[1], 1)[0].files.size() == 2);
  CHECK(index.search(units(1, 2)[0], 1)[0].files == std::vector<fs::path>{folder / "c.png"});
  CHECK_FALSE(fs::exists(place.matrix(1)));
  // Who opened it before sees what was there then.
  CHECK(before.pictures() == 6);
  CHECK(before.search(units(2, 1)[0], 1)[0].files == std::vector<fs::path>{folder / "a.png"});
}

TEST_CASE("rows without a record, as a crash leaves them, are overwritten", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  { PictureIndexWriter(place, {.model = kModel}); }
  std::ofstream(place.matrix(1), std::ios::binary | std::ios::app) << std::string(1000, '\x7f');
  PictureIndexWriter writer(place, {.model = kModel});
  fill(writer);
  const PictureIndex index(place);
  index.expect_sound();
  CHECK(index.search(units(1, 2)[0], 1)[0].files == std::vector<fs::path>{folder / "c.png"});
}

TEST_CASE("a picture is never recorded twice", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  PictureIndexWriter writer(place, {.model = kModel});
  fill(writer);
  CHECK_THROWS_AS(writer.add({{sum_of(1), 1, 1}}, units(1, 4), {}), Error);
  writer.add({{sum_of(6), 1, 1}}, units(1, 4), {file_of("g.png", 0)});
  PictureIndex(place).expect_sound();
}

TEST_CASE("an index is refused to another model, until it is to be made anew", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  {
    PictureIndexWriter writer(place, {.model = kModel});
    fill(writer);
  }
  const IndexModel other{"judge", "def", 6};
  const auto message =
      tests::refusal(ExitCode::bad_value, [&] { PictureIndexWriter(place, {.model = other}); });
  CHECK(tests::has(message, "made with 'tiny' (abc), not with 'judge' (def)"));
  CHECK(tests::has(message, "--rebuild"));
  { PictureIndexWriter(place, {.model = other, .is_rebuilt = true}); }
  const PictureIndex index(place);
  CHECK(index.pictures() == 0);
  CHECK(index.model().name == "judge");
}

TEST_CASE("one process writes at a time, and no index or a damaged one is said", "[index]") {
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  CHECK(tests::has(tests::refusal(ExitCode::missing_input, [&] { PictureIndex index(place); }),
                   "pincel search index"));
  {
    PictureIndexWriter writer(place, {.model = kModel});
    fill(writer);
    CHECK(tests::has(
        tests::refusal(ExitCode::temporary, [&] { PictureIndexWriter(place, {.model = kModel}); }),
        "another process"));
  }
  fs::resize_file(place.matrix(1), 10);
  tests::refusal(ExitCode::bad_data, [&] { PictureIndex index(place); });
  tests::refusal(ExitCode::bad_data, [&] { PictureIndexWriter(place, {.model = kModel}); });
  fs::remove(place.matrix(1));
  tests::refusal(ExitCode::bad_data, [&] { PictureIndex index(place); });
}

TEST_CASE("a folder is looked at once, and then only where it has changed", "[index]") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  const IndexPlace place{folder.path()};
  fs::create_directories(folder / "in" / ".hidden");
  for (int i = 0; i < 5; ++i) {
    write_picture(folder / ("in/" + std::to_string(i) + ".png"), static_cast<std::uint64_t>(i));
  }
  write_picture(folder / "in/.hidden/no.png", 9);
  folder.file("in/broken.png", "no picture");
  folder.file("in/empty.jpg", "");
  folder.file("in/notes.txt", "words");
  fs::copy_file(folder / "in/0.png", folder / "in/same.png");
  fs::create_symlink("loop", folder / "in/loop");

  const auto look = [&] {
    PictureIndexWriter writer(place, {.model = model_of(clip)});
    return update_index(writer, clip, (folder / "in").string(), {.batch = 2});
  };
  const IndexUpdate first = look();
  CHECK(first.files == 10);
  CHECK(first.added == 5);
  CHECK(first.copies == 1);
  CHECK(first.broken.size() == 3);
  CHECK(first.others == 1);
  CHECK(first.added + first.copies + first.broken.size() + first.others == first.files);

  const IndexUpdate second = look();
  CHECK(second.unchanged == 6);
  CHECK(second.broken.size() == 3);
  CHECK(second.added + second.copies + second.moved + second.dropped == 0);

  fs::rename(folder / "in/1.png", folder / "in/one.jpeg");  // under any name it is a PNG
  fs::remove(folder / "in/2.png");
  write_picture(folder / "in/3.png", 33);
  const IndexUpdate third = look();
  CHECK(third.moved == 1);
  CHECK(third.added == 1);
  CHECK(third.dropped == 2);  // the name before the move, and what was removed
  CHECK(third.unchanged == 3);

  const PictureIndex index(place);
  index.expect_sound();
  CHECK(index.pictures() == 4);
  const auto at_one = clip.picture(decode_picture(folder / "in/one.jpeg"))[0];
  const auto found = index.search(at_one, 1);
  REQUIRE(found.size() == 1);
  CHECK(found[0].score > 0.998);
  CHECK(found[0].files == std::vector<fs::path>{folder / "in/one.jpeg"});
  const auto groups = index.near_groups(0.9999);
  const auto has_copies = [&](const NearGroup& group) {
    return std::any_of(group.pictures.begin(), group.pictures.end(),
                       [](const auto& picture) { return picture.files.size() == 2; });
  };
  CHECK(std::count_if(groups.begin(), groups.end(), has_copies) == 1);
}

TEST_CASE("an update that is stopped is gone on with", "[index]") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  const IndexPlace place{folder.path()};
  for (int i = 0; i < 6; ++i) {
    write_picture(folder / (std::to_string(i) + ".png"), static_cast<std::uint64_t>(i));
  }
  PictureIndexWriter writer(place, {.model = model_of(clip)});
  const std::string name = folder.path().string();
  const IndexUpdate part =
      update_index(writer, clip, name, {.batch = 2, .stops = [] { return true; }});
  CHECK(part.added == 2);
  CHECK(part.left == 4);
  const IndexUpdate rest = update_index(writer, clip, name, {.batch = 2});
  CHECK(rest.unchanged == 2);
  CHECK(rest.added == 4);
  write_picture(folder / "late.png", 99);
  CHECK(add_to_index(writer, clip, (folder / "late.png").string()).added == 1);
  CHECK(add_to_index(writer, clip, (folder / "late.png").string()).unchanged == 1);
  PictureIndex(place).expect_sound();
  CHECK(PictureIndex(place).pictures() == 7);
}

TEST_CASE("queries are weighted sums of unit vectors", "[index]") {
  const auto parts = parse_query_texts("a red apple | blue:-0.5");
  REQUIRE(parts.size() == 2);
  CHECK(parts[1].text == "blue");
  CHECK(parts[1].weight == -0.5);
  const auto picture = parse_query_picture("x.png:2");
  CHECK(picture.is_picture);
  CHECK(picture.weight == 2);
  CHECK(written({parts[0], picture, parts[1]}) == "a red apple + 2 x.png - 0.5 blue");
  const auto rows = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}});
  const auto sum = combined(rows, parts);
  CHECK(torch::allclose(sum, torch::tensor({1.0F, -0.5F}) / std::sqrt(1.25F)));
  tests::refusal(ExitCode::bad_value, [&] {
    combined(torch::ones({2, 2}), {{"a"}, {"b", false, -1}});
  });
  tests::refusal(ExitCode::bad_value, [] { parse_query_texts("a | "); });
  tests::refusal(ExitCode::bad_value, [] { parse_query_texts("a:1:0.5"); });
  tests::refusal(ExitCode::bad_value, [] { parse_query_texts("a:1@0 0@50%"); });
}

TEST_CASE("FAISS finds what is nearest, where it is built in", "[index]") {
  if (!has_faiss()) return;
  const TemporaryFolder folder;
  const IndexPlace place{folder.path()};
  {
    PictureIndexWriter writer(place, {.model = kModel});
    fill(writer);
  }
  const PictureIndex index(place);
  tests::refusal(ExitCode::missing_input, [&] { FaissIndex none(index); });
  FaissIndex::make(index);
  const auto rows = FaissIndex(index).search(units(2, 1)[1], 2, -2);
  REQUIRE(rows.size() == 2);
  CHECK(index.found(rows)[0].files.size() == 2);
}

}  // namespace
}  // namespace pincel::picture_index_test
