// SPDX-License-Identifier: MIT
#include "guidance/picture_stream.h"

#include <torch/torch.h>

#include <atomic>
#include <set>

#include "core/image_file.h"
#include "core/picture.h"
#include "core/png.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_stream_test {
namespace {

using tests::has;
using tests::TemporaryFolder;

// Of different sizes and contents.
std::filesystem::path written_picture(const TemporaryFolder& folder, std::size_t number) {
  const int width = 20 + static_cast<int>(number) * 3, height = 33;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height) * 3);
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    rgb[i] = static_cast<std::uint8_t>(i * (number + 1) + number);
  }
  return folder.file("p" + std::to_string(number) + ".png",
                     encode_png(rgb.data(), width, height, 3));
}

TEST_CASE("a stream hands out, in order, what a CLIP sees of each picture") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  std::vector<std::filesystem::path> paths;
  for (std::size_t i = 0; i < 11; ++i) paths.push_back(written_picture(folder, i));
  PictureStream stream(paths, clip.config(), {.batch = 4, .threads = 3});
  std::vector<at::Tensor> embedded;
  std::vector<std::size_t> places;
  std::vector<std::size_t> ends;
  while (const auto batch = stream.next()) {
    CHECK(batch->unread.empty());
    const Picture first = decode_picture(paths[batch->places[0]]);
    CHECK(batch->pixels[0].equal(from_picture(fitted_square(first, clip.config()))[0]));
    REQUIRE(batch->pixels.sizes() ==
            at::IntArrayRef({static_cast<std::int64_t>(batch->places.size()), 3, 32, 32}));
    embedded.push_back(clip.images(batch->pixels));
    places.insert(places.end(), batch->places.begin(), batch->places.end());
    ends.push_back(batch->end);
  }
  CHECK(ends == std::vector<std::size_t>{4, 8, 11});
  for (std::size_t i = 0; i < 11; ++i) CHECK(places[i] == i);
  std::vector<at::Tensor> expected;
  for (const auto& path : paths) expected.push_back(clip.picture(decode_picture(path)));
  CHECK(torch::allclose(torch::cat(embedded), torch::cat(expected), 1e-5, 1e-6));
}

TEST_CASE("what cannot be read is told of in its place and stops nothing") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  const std::string whole = tests::bytes_of(written_picture(folder, 3));
  const std::vector<std::filesystem::path> paths = {
      folder.file("empty.png", ""),
      written_picture(folder, 0),
      folder / "missing.png",
      folder.file("cut.png", whole.substr(0, 60)),
      written_picture(folder, 1),
      folder.file("words.jpg", "words"),
      folder.path(),
  };
  PictureStream stream(paths, clip.config(), {.batch = 2});
  std::set<std::size_t> good, bad;
  while (const auto batch = stream.next()) {
    good.insert(batch->places.begin(), batch->places.end());
    for (const auto& one : batch->unread) {
      CHECK(has(one.why, paths[one.place].string() + ": "));
      CHECK(!has(one.why, "\n"));
      bad.insert(one.place);
    }
  }
  CHECK(good == std::set<std::size_t>{1, 4});
  CHECK(bad == std::set<std::size_t>{0, 2, 3, 5, 6});
}

TEST_CASE("files that are not wanted are not decoded, those that are seen are seen whole") {
  const TemporaryFolder folder;
  const Clip clip = tiny_clip();
  std::vector<std::filesystem::path> paths;
  for (std::size_t i = 0; i < 40; ++i) paths.push_back(written_picture(folder, i % 8));
  std::atomic<int> decoded = 0;
  PictureStreamOptions options{.batch = 2};
  options.wanted = [&](std::size_t place, std::string_view bytes) {
    return place >= 39 && bytes.starts_with("\x89PNG");
  };
  options.seen = [&](std::size_t place, const Picture& picture) {
    decoded += picture.width == 20 + static_cast<int>(place % 8) * 3 ? 1 : 100;
  };
  PictureStream stream(paths, clip.config(), options);
  std::size_t unwanted = 0, batches = 0, taken = 0;
  while (const auto batch = stream.next()) {
    ++batches;
    unwanted += batch->unwanted.size();
    taken += batch->places.size();
    CHECK(batch->pixels.defined() == !batch->places.empty());
  }
  CHECK(batches == 3);  // runs of 16, so that a caller can tell of them
  CHECK(unwanted == 39);
  CHECK(taken == 1);
  CHECK(decoded == 1);
}

TEST_CASE("a stream may be left in the middle") {
  const TemporaryFolder folder;
  const std::vector<std::filesystem::path> paths(50, written_picture(folder, 0));
  PictureStream stream(paths, tiny_clip().config(), {.batch = 3});
  CHECK(stream.next().has_value());
}

}  // namespace
}  // namespace pincel::picture_stream_test
