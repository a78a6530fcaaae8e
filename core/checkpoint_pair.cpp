// SPDX-License-Identifier: MIT
#include "core/checkpoint_pair.h"

#include <c10/core/ScalarType.h>
#include <fmt/core.h>

#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/sha256.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr char kSum[] = "sha256";

// Of names, kinds, shapes and values, and of the metadata besides the sum itself.
std::string sum_of(const Checkpoint& checkpoint) {
  std::string all;
  for (const auto& [key, value] : checkpoint.metadata) {
    if (key != kSum) all += fmt::format("{}:{}={}:{}\n", key.size(), key, value.size(), value);
  }
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const std::string_view bytes(static_cast<const char*>(tensor.const_data_ptr()),
                                 tensor.nbytes());
    all += fmt::format("{}:{} {}", name.size(), name, c10::toString(tensor.scalar_type()));
    for (const auto side : tensor.sizes()) all += fmt::format(" {}", side);
    all += fmt::format(" {}\n", sha256(bytes));
  }
  return sha256(all);
}

Checkpoint opened_whole(const fs::path& path) {
  Checkpoint found = open_checkpoint(path);
  const auto sum = found.metadata.find(kSum);
  const bool is_whole = sum != found.metadata.end() && sum->second == sum_of(found);
  require(is_whole, ExitCode::bad_data, "{}: its content does not have the sum that it names",
          path.string());
  return found;
}

// Keeps the bytes at `path` under a second name before `path` is replaced; never without either.
void keep_previous(const fs::path& path, const fs::path& previous) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  const fs::path link = previous.string() + ".new";
  fs::remove(link, error);
  fs::create_hard_link(path, link, error);
  if (error) {  // a file system without links
    error.clear();
    fs::copy_file(path, link, error);
  }
  if (!error) fs::rename(link, previous, error);
  if (!error) return;
  std::error_code ignored;
  fs::remove(link, ignored);
  const bool is_denied = error == std::errc::permission_denied;
  fail(is_denied ? ExitCode::permission : ExitCode::io, "{}: cannot be kept as {}: {}",
       path.string(), previous.string(), error.message());
}

}  // namespace

fs::path CheckpointPair::newest_path() const { return folder_ / "checkpoint.safetensors"; }

fs::path CheckpointPair::previous_path() const {
  return folder_ / "checkpoint.previous.safetensors";
}

bool CheckpointPair::exists() const {
  std::error_code ignored;
  return fs::exists(newest_path(), ignored) || fs::exists(previous_path(), ignored);
}

void CheckpointPair::save(Checkpoint checkpoint) const {
  for (auto& [name, tensor] : checkpoint.tensors) tensor = tensor.detach().cpu().contiguous();
  checkpoint.metadata[kSum] = sum_of(checkpoint);
  keep_previous(newest_path(), previous_path());
  write_checkpoint(newest_path(), checkpoint);
}

std::optional<CheckpointPair::Found> CheckpointPair::newest() const {
  std::error_code ignored;
  std::string problem;
  for (const fs::path& path : {newest_path(), previous_path()}) {
    if (!fs::exists(path, ignored)) continue;
    try {
      Checkpoint found = opened_whole(path);
      const std::string note =
          problem.empty() ? "" : fmt::format("{}; going on from {}", problem, path.string());
      return Found{std::move(found), note};
    } catch (const Error& broken) {
      if (problem.empty()) problem = broken.what();
    }
  }
  require(problem.empty(), ExitCode::bad_data, "{}; move it away to begin anew", problem);
  return std::nullopt;
}

void CheckpointPair::remove() const {
  std::error_code ignored;
  fs::remove(newest_path(), ignored);
  fs::remove(previous_path(), ignored);
  fs::remove(previous_path().string() + ".new", ignored);
}

}  // namespace pincel
