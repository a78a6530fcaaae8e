// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace torch::nn {
class Module;
}

namespace pincel {

class InputFile;

// Named tensors (CPU, contiguous) and string metadata of one file. Opening never runs code from
// the file, and every length is checked before it is used.
struct Checkpoint {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
  std::string source = "checkpoint";  // names the file in errors
};

// Says by its name whether a tensor is to be read; empty: all are.
using Wanted = std::function<bool(const std::string& name)>;

// How one container is recognised by its first bytes (at most 4096) and opened; the formats are
// listed in checkpoints/all.inc.
struct CheckpointFormat {
  bool (*looks_like)(std::string_view first_bytes);
  Checkpoint (*open)(const InputFile& file, const Wanted& wanted);
};

// Opens a checkpoint in any known container, told apart by content, never by extension. Where a
// file SHA256SUMS beside it lists its name, its sum must agree. Error (exit code 65) in one line,
// `file: ...`, for everything that is not exactly right. A tensor that is not wanted has its name,
// shape and dtype, but no values: its device is meta.
Checkpoint open_checkpoint(const std::filesystem::path& path, const Wanted& wanted = {});

// The checkpoint in a folder: the one with a name that open_clip or transformers give it, else the
// only file that ends like one. A file is itself. Error (missing input) where there is none or
// several.
std::filesystem::path checkpoint_in(const std::filesystem::path& path);

// Writes safetensors, atomically. Same tensors and metadata, same bytes.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Copies the tensors named prefix + name into every parameter and buffer of the module, with their
// values converted to the module's dtype and device. Strict: exact shapes, finite values, nothing
// missing (but num_batches_tracked), nothing left over below `prefix` except names that start
// (after the prefix) with one of `ignore`. The module is unchanged where this throws before
// copying.
void load_module(torch::nn::Module& module, const Checkpoint& checkpoint,
                 const std::string& prefix = "", const std::vector<std::string>& ignore = {});
// The same with tensors that nobody needs afterwards: one that nothing else holds and that has the
// module's dtype and device becomes the module's own, and the others are given up one by one, so
// that nothing is in memory twice.
void load_module(torch::nn::Module& module, Checkpoint&& checkpoint, const std::string& prefix = "",
                 const std::vector<std::string>& ignore = {});

// The module's parameters and buffers as CPU tensors, floating ones as `dtype`, integers as they
// are (BatchNorm's num_batches_tracked stays int64).
Checkpoint collect_module(const torch::nn::Module& module, at::ScalarType dtype = at::kFloat);

}  // namespace pincel
