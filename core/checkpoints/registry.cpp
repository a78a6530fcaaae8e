// SPDX-License-Identifier: MIT
#include "core/registry.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>

#include "core/atomic_file.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/manifest.h"
#include "core/checkpoints/safetensors_header.h"
#include "core/content.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kHead = 4096;  // bytes that decide the format

constexpr std::array kFormats = {
#define CHECKPOINT_FORMAT(name, help) \
  Entry<CheckpointFormat>{#name, help, CheckpointFormat{&looks_like_##name, &open_##name}},
#include "core/checkpoints/all.inc"
#undef CHECKPOINT_FORMAT
};

[[noreturn]] void refuse_unknown(const InputFile& file, const std::string& head) {
  const std::string path = file.path().string();
  require(!head.empty(), ExitCode::bad_data, "{}: is empty, expected a checkpoint", path);
  std::string name = content_name(head);
  const bool is_pickle = head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (name.empty() && is_pickle) name = "a Python pickle without tensors";
  fail(ExitCode::bad_data,
       "{}: is {}; expected safetensors, torch.save (.pt, .pth, .ckpt, .bin), TorchScript or GGUF",
       path, name.empty() ? "not a known kind of checkpoint" : name);
}

// As open_clip looks for them, then as transformers does; DALL-E's decoder comes beside an encoder.
constexpr std::array kNames = {"open_clip_model.safetensors",
                               "open_clip_pytorch_model.safetensors",
                               "open_clip_pytorch_model.bin",
                               "open_clip_pytorch_model.pth",
                               "model.safetensors",
                               "model.safetensors.index.json",
                               "pytorch_model.bin",
                               "pytorch_model.pth",
                               "model.pth",
                               "decoder.pkl"};
constexpr std::array kEndings = {".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf"};

// Any other byte in a bool is undefined behaviour for whoever reads it.
bool has_only_bools(const at::Tensor& tensor) {
  const auto* first = static_cast<const std::uint8_t*>(tensor.const_data_ptr());
  return std::all_of(first, first + tensor.nbytes(), [](std::uint8_t byte) { return byte <= 1; });
}

}  // namespace

std::filesystem::path checkpoint_in(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  for (const char* name : kNames) {
    if (std::filesystem::is_regular_file(path / name, ignored)) return path / name;
  }
  std::filesystem::path only;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string ending = entry.path().extension().string();
    if (std::find(kEndings.begin(), kEndings.end(), ending) == kEndings.end()) continue;
    require(only.empty(), ExitCode::missing_input,
            "{}: holds several checkpoints, {} and {}; name the one that you mean", path.string(),
            only.filename().string(), entry.path().filename().string());
    only = entry.path();
  }
  require(!only.empty(), ExitCode::missing_input,
          "{}: holds no weights; expected one of model.safetensors, pytorch_model.bin, "
          "open_clip_model.safetensors or a single .ckpt or .pt",
          path.string());
  return only;
}

void add_tensor(Checkpoint& checkpoint, const std::string& name,
                const std::vector<std::int64_t>& shape, at::ScalarType dtype, const Wanted& wanted,
                const std::function<at::Tensor()>& read) {
  expect_tensor_name(name, checkpoint.source);
  const bool is_wanted = !wanted || wanted(name);
  auto tensor = is_wanted ? read() : torch::empty(shape, at::dtype(dtype).device(at::kMeta));
  require(!is_wanted || dtype != at::kBool || has_only_bools(tensor), ExitCode::bad_data,
          "{}: tensor '{}' of BOOL holds bytes other than 0 and 1", checkpoint.source,
          printable(name));
  require(checkpoint.tensors.emplace(name, std::move(tensor)).second, ExitCode::bad_data,
          "{}: has two tensors '{}'", checkpoint.source, printable(name));
}

Checkpoint open_checkpoint(const std::filesystem::path& path, const Wanted& wanted) {
  const InputFile file(path);
  expect_listed_sum(file);
  const std::string head = file.head(kHead);
  for (const Entry<CheckpointFormat>& format : kFormats) {
    if (format.make.looks_like(head)) return format.make.open(file, wanted);
  }
  refuse_unknown(file, head);
}

}  // namespace pincel
