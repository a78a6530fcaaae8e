// SPDX-License-Identifier: MIT
#include "core/checkpoints/manifest.h"

#include <sstream>

#include "core/error.h"
#include "core/sha256.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxManifest = std::size_t{1} << 20;  // bytes
constexpr std::size_t kDigits = 64;

}  // namespace

void expect_listed_sum(const InputFile& file) {
  const std::filesystem::path manifest = file.path().parent_path() / "SHA256SUMS";
  std::error_code ignored;
  if (!std::filesystem::exists(manifest, ignored)) return;
  std::istringstream lines(read_whole_file(manifest, kMaxManifest));
  // "<64 digits>  <name>", or " *<name>" for sums taken in binary mode.
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < kDigits + 3 || line.substr(kDigits + 2) != file.path().filename().string()) {
      continue;
    }
    const std::string listed = line.substr(0, kDigits);
    const std::string found = sha256_of_file(file);
    require(listed == found, ExitCode::bad_data,
            "{}: its SHA-256 is {}..., expected {}... of {}; the file is damaged or was changed",
            file.path().string(), found.substr(0, 12), listed.substr(0, 12), manifest.string());
    return;
  }
}

}  // namespace pincel
