// SPDX-License-Identifier: MIT
#include "commands/painted_picture.h"

#include <filesystem>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::painted_picture_test {
namespace {

ExitCode code_of(const PaintRequest& request, bool takes_up) {
  try {
    const PaintedPicture picture(request, /*is_silent=*/true, takes_up);
    return ExitCode::ok;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST_CASE("a picture that is there already is not overwritten, unless a checkpoint is of it") {
  const tests::TemporaryFolder folder;
  PaintRequest request;
  request.run.output = (folder / "run").string();
  CHECK(code_of(request, false) == ExitCode::ok);
  folder.file("run/picture.png", "x");
  CHECK(code_of(request, false) == ExitCode::cannot_create);
  CHECK(code_of(request, true) == ExitCode::cannot_create);  // another one
  folder.file("run/checkpoint.safetensors", "x");
  CHECK(code_of(request, false) == ExitCode::ok);
}

}  // namespace
}  // namespace pincel::painted_picture_test
