// SPDX-License-Identifier: MIT
// Against the format's own reader: nothing opens here that the Python package safetensors rejects.
// tests/reference/mutants.py makes the packed file of mutants and verdicts; hidden, since it needs
// it.
#include <cstdlib>
#include <iostream>

#include "core/byte_order.h"
#include "core/checkpoint.h"
#include "tests/temporary_folder.h"

namespace pincel::mutants_test {
namespace {

using tests::TemporaryFolder;

bool opens(const std::filesystem::path& path) {
  try {
    open_checkpoint(path);
    return true;
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::bad_data);
    return false;
  }
}

TEST_CASE("no mutant opens that the package safetensors rejects", "[.][mutants]") {
  const char* packed = std::getenv("PINCEL_MUTANTS");
  if (packed == nullptr) SKIP("PINCEL_MUTANTS names no file of tests/reference/mutants.py");
  const std::string all = tests::bytes_of(packed);
  const TemporaryFolder folder;
  std::size_t count = 0, ours = 0, theirs = 0, only_ours = 0;
  for (std::size_t at = 0; at + 5 <= all.size(); ++count) {
    const bool is_theirs = all[at] == 1;
    const auto length =
        static_cast<std::size_t>(little_endian(std::string_view(all).substr(at + 1, 4)));
    const std::string_view mutant = std::string_view(all).substr(at + 5, length);
    at += 5 + length;
    const bool is_ours = opens(folder.file("mutant", mutant));
    ours += is_ours ? 1 : 0;
    theirs += is_theirs ? 1 : 0;
    only_ours += is_ours && !is_theirs ? 1 : 0;
    INFO(mutant.substr(0, 600));
    CHECK((is_theirs || !is_ours));
  }
  std::cout << count << " mutants: " << ours << " open here, " << theirs << " in the package, "
            << only_ours << " here alone\n";
  CHECK(count > 0);
}

}  // namespace
}  // namespace pincel::mutants_test
