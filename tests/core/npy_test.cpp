// SPDX-License-Identifier: MIT
#include "core/npy.h"

#include <torch/torch.h>

#include "tests/temporary_folder.h"

namespace pincel::npy_test {
namespace {

using tests::bytes_of;
using tests::has;

TEST_CASE("a .npy file holds shape, dtype and the values in row order") {
  const tests::TemporaryFolder folder;
  write_npy(folder / "a.npy", torch::arange(6, torch::kFloat).view({2, 3}).t());
  const std::string bytes = bytes_of(folder / "a.npy");
  CHECK(bytes.starts_with(std::string("\x93NUMPY\x01\x00", 8)));
  CHECK(has(bytes, "'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, )"));
  const std::size_t header = 10 + static_cast<std::uint8_t>(bytes[8]) +
                             std::size_t{256} * static_cast<std::uint8_t>(bytes[9]);
  CHECK(header % 64 == 0);
  REQUIRE(bytes.size() == header + 24);
  CHECK(bytes.substr(header + 4, 4) == std::string("\0\0\x40\x40", 4));  // 3, the second value
}

TEST_CASE("only float32 and int64 are written") {
  const tests::TemporaryFolder folder;
  write_npy(folder / "codes.npy", torch::arange(4));
  CHECK(has(bytes_of(folder / "codes.npy"), "'<i8'"));
  tests::refusal(ExitCode::internal,
                 [&] { write_npy(folder / "b.npy", torch::ones({1}, torch::kHalf)); });
}

}  // namespace
}  // namespace pincel::npy_test
