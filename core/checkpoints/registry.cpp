// SPDX-License-Identifier: MIT
#include "core/registry.h"

#include <array>

#include "core/atomic_file.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/manifest.h"
#include "core/content.h"
#include "core/error.h"

namespace pincel {
namespace {

constexpr std::size_t kHead = 4096;  // bytes that decide the format

constexpr std::array kFormats = {
#define CHECKPOINT_FORMAT(name, help) \
  Entry<CheckpointFormat>{#name, help, CheckpointFormat{&looks_like_##name, &open_##name}},
#include "core/checkpoints/all.inc"
#undef CHECKPOINT_FORMAT
};

// PyTorch's containers are zips, told apart by the names inside: the first bytes and the list at
// the end hold them in plain text.
std::string zip_name(const InputFile& file) {
  const std::string names = file.head(1 << 16) + file.tail(1 << 20);
  const auto has = [&](const char* part) { return names.find(part) != std::string::npos; };
  if (!has("/data.pkl")) return "a zip";
  return has("/constants.pkl") || has("/code/") ? "a TorchScript archive" : "a torch.save zip";
}

[[noreturn]] void refuse_unknown(const InputFile& file, const std::string& head) {
  const std::string path = file.path().string();
  require(!head.empty(), ExitCode::bad_data, "{}: is empty, expected a checkpoint", path);
  std::string name = content_name(head);
  if (name == "a zip") name = zip_name(file);
  const bool is_pickle = head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (name.empty() && is_pickle) name = "a Python pickle";
  const bool is_torch = name.find("torch") != std::string::npos ||
                        name.find("Torch") != std::string::npos || name == "a Python pickle";
  fail(ExitCode::bad_data, "{}: is {}; this version opens safetensors{}", path,
       name.empty() ? "not a known kind of checkpoint" : name,
       is_torch ? "; convert it in Python with safetensors.torch.save_file" : "");
}

}  // namespace

Checkpoint open_checkpoint(const std::filesystem::path& path) {
  const InputFile file(path);
  expect_listed_sum(file);
  const std::string head = file.head(kHead);
  for (const Entry<CheckpointFormat>& format : kFormats) {
    if (format.make.looks_like(head)) return format.make.open(file);
  }
  refuse_unknown(file, head);
}

}  // namespace pincel
