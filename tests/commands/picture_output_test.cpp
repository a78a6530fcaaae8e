// SPDX-License-Identifier: MIT
#include "commands/picture_output.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstdlib>

#include "commands/video.h"
#include "core/image_file.h"
#include "core/picture_text.h"
#include "tests/temporary_folder.h"

namespace pincel::picture_output_test {
namespace {

namespace fs = std::filesystem;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("an output is a picture by its suffix, else a folder") {
  CHECK(output_place("a/b.JPG").picture == "a/b.JPG");
  CHECK(output_place("a/b.webp").folder.empty());
  CHECK(output_place("a/b").folder == "a/b");
  CHECK(output_place("").folder.empty());
  const TemporaryFolder folder;
  fs::create_directory(folder / "x.png");
  CHECK(output_place((folder / "x.png").string()).folder == folder / "x.png");
}

TEST_CASE("a picture is written in the format that is asked for, with its texts") {
  const TemporaryFolder folder;
  const auto image = torch::rand({1, 3, 8, 6});
  for (const std::string format : {"auto", "png", "jpeg", "webp"}) {
    INFO(format);
    fs::create_directory(folder / format);
    PictureOutput output({.format = format}, folder / format, {}, "an apple");
    output.write(image, {{"pincel", "{}"}}, "<svg/>");
    CHECK(read_image(output.picture()).sizes() == image.sizes());
    CHECK(read_picture_text(output.picture()).at(0).text == "{}");
    CHECK(tests::bytes_of(folder / format / "picture.svg") == "<svg/>");
    CHECK(output.others().size() == 1);
  }
  CHECK(fs::exists(folder / "auto" / "picture.png"));
  CHECK(fs::exists(folder / "jpeg" / "picture.jpg"));
  CHECK(fs::exists(folder / "webp" / "picture.webp"));
  PictureOutput named({}, folder / "auto", folder / "deep" / "a.webp", "");
  named.write(image, {}, "");
  CHECK(tests::bytes_of(folder / "deep" / "a.webp").starts_with("RIFF"));
}

TEST_CASE("an output that cannot be is refused before anything is painted") {
  const TemporaryFolder folder;
  const auto refused = [&](ExitCode code, const OutputOptions& options, const char* picture) {
    return refusal(code, [&] {
      PictureOutput(options, folder.path(), *picture == '\0' ? fs::path() : folder / picture, "");
    });
  };
  CHECK(has(refused(ExitCode::bad_value, {.format = "png"}, "a.jpg"), "--format asks for png"));
  CHECK(has(refused(ExitCode::bad_value, {.format = "jpeg", .depth = 16}, ""), "8 bits"));
  CHECK(has(refused(ExitCode::bad_value, {.depth = 12}, ""), "expected 8 or 16"));
}

TEST_CASE("frames are kept every n-th step") {
  const TemporaryFolder folder;
  PictureOutput output({.frames = 2}, folder.path(), {}, "");
  int drawn = 0;
  for (std::int64_t step = 1; step <= 5; ++step) {
    output.step(step, [&] {
      ++drawn;
      return torch::rand({1, 3, 4, 4});
    });
  }
  CHECK(drawn == 2);
  CHECK(fs::exists(folder / "frames/frame_000002.png"));
  CHECK(fs::exists(folder / "frames/frame_000004.png"));
  CHECK(output.others().size() == 1);
}

// A program called ffmpeg that does what a test wants.
class FakeFfmpeg {
 public:
  FakeFfmpeg(const TemporaryFolder& folder, const std::string& script)
      : before_(std::getenv("PATH")) {
    const auto path = folder.file("ffmpeg", "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all);
    setenv("PATH", (folder.path().string() + ":" + before_).c_str(), 1);
  }
  ~FakeFfmpeg() { setenv("PATH", before_.c_str(), 1); }
  FakeFfmpeg(const FakeFfmpeg&) = delete;
  FakeFfmpeg& operator=(const FakeFfmpeg&) = delete;

 private:
  std::string before_;
};

TEST_CASE("a video gets every picture as raw colours, the last for a second, and appears whole") {
  const TemporaryFolder folder;
  // The last argument is the file to write.
  const FakeFfmpeg ffmpeg(folder, "for last; do :; done\ncat > \"$last\"\n");
  Video video({.path = folder / "video.mp4", .kind = "mp4", .fps = 3, .title = "an\napple"});
  video.add(1, torch::zeros({1, 3, 2, 4}));
  CHECK_FALSE(fs::exists(folder / "video.mp4"));
  video.finish(torch::ones({1, 3, 2, 4}));
  const std::string bytes = tests::bytes_of(folder / "video.mp4");
  REQUIRE(bytes.size() == 4 * 24);
  CHECK(bytes.substr(0, 24) == std::string(24, '\0'));
  CHECK(bytes.substr(24) == std::string(72, '\xFF'));
  CHECK_FALSE(fs::exists(folder / "video.mp4.part"));
  CHECK_FALSE(fs::exists(folder / "video.mp4.errors"));
}

TEST_CASE("a video that cannot be made is told in ffmpeg's words, and leaves nothing") {
  const TemporaryFolder folder;
  const FakeFfmpeg ffmpeg(folder, "echo 'Unknown encoder' >&2\nexit 3\n");
  Video video({.path = folder / "video.mp4", .kind = "mp4"});
  const auto image = torch::zeros({1, 3, 256, 256});
  const std::string text = refusal(ExitCode::io, [&] { video.finish(image); });
  CHECK(has(text, "Unknown encoder"));
  CHECK_FALSE(fs::exists(folder / "video.mp4"));
  CHECK_FALSE(fs::exists(folder / "video.mp4.part"));
}

TEST_CASE("without ffmpeg a video is refused with what helps") {
  const TemporaryFolder folder;
  const std::string before = std::getenv("PATH");
  setenv("PATH", folder.path().c_str(), 1);
  const std::string text = refusal(ExitCode::missing_input,
                                   [&] { PictureOutput({.video = "mp4"}, folder.path(), {}, ""); });
  setenv("PATH", before.c_str(), 1);
  CHECK(has(text, "--video mp4: the program ffmpeg is not installed"));
}

TEST_CASE("ffmpeg is told the size, the speed and the prompt") {
  const auto arguments = ffmpeg_arguments(
      {.path = "v.webm", .kind = "webm", .fps = 12.5, .title = "-i x"}, 64, 48, "v.part");
  const auto after = [&](const std::string& name) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    return found == arguments.end() ? std::string() : *(found + 1);
  };
  CHECK(after("-video_size") == "64x48");
  CHECK(after("-framerate") == "12.5");
  CHECK(after("-metadata") == "title=-i x");
  CHECK(after("-c:v") == "libvpx-vp9");
  CHECK(arguments.back() == "v.part");
}

}  // namespace
}  // namespace pincel::picture_output_test
