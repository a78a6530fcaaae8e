// SPDX-License-Identifier: MIT
#include "commands/preview_writer.h"

#include <torch/torch.h>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::preview_writer_test {
namespace {

TEST_CASE("a preview is written while something else goes on, and told of once") {
  const tests::TemporaryFolder folder;
  const auto path = folder / "preview.png";
  PreviewWriter writer(path);
  CHECK_FALSE(writer.take_written());
  writer.write(torch::full({1, 3, 8, 8}, 0.2F), 4);
  writer.write(torch::ones({1, 3, 8, 8}), 5);
  writer.finish();
  CHECK(writer.take_written() == 5);
  CHECK_FALSE(writer.take_written());
  CHECK(read_image(path).min().item<double>() == Approx(1.0));
}

TEST_CASE("a preview that cannot be written is reported, not lost") {
  const tests::TemporaryFolder folder;
  PreviewWriter writer(folder / "nowhere/preview.png");
  writer.write(torch::ones({1, 3, 8, 8}), 1);
  CHECK_THROWS_AS(writer.finish(), Error);
  CHECK_FALSE(writer.take_written());
}

}  // namespace
}  // namespace pincel::preview_writer_test
