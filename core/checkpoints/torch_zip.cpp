// SPDX-License-Identifier: MIT
// What torch.save and torch.jit.save write since PyTorch 1.6: a zip of one pickle, data.pkl, and of
// one stored entry per storage. Of a TorchScript archive the code is never looked at.
#include <torch/torch.h>

#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/torch_tensors.h"
#include "core/checkpoints/zip_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::string_view kPickle = "/data.pkl";
constexpr std::uint64_t kMaxPickle = std::uint64_t{64} << 20U;

// The folder inside the zip, which may have any name.
std::string root_of(const ZipFile& zip, const std::string& source) {
  std::string root;
  for (const ZipEntry& entry : zip.entries()) {
    const std::string_view name = entry.name;
    if (!name.ends_with(kPickle) || name.find('/') != name.size() - kPickle.size()) continue;
    require(root.empty(), ExitCode::bad_data, "{}: holds two pickles, expected one", source);
    root = name.substr(0, name.size() - kPickle.size());
  }
  require(!root.empty(), ExitCode::bad_data,
          "{}: is a zip of {} files without {}, expected a checkpoint; unpack it and give the file "
          "inside",
          source, zip.entries().size(), kPickle.substr(1));
  return root;
}

// The budget is a copy: what the pickle held is free again afterwards.
std::vector<TorchTensor> tensors_of(const ZipFile& zip, const std::string& root,
                                    MemoryBudget budget) {
  const std::string source = zip.file().path().string();
  const ZipEntry& entry = *zip.find(root + std::string(kPickle));
  budget.charge(entry.size);
  const std::string bytes = zip.read(entry, kMaxPickle);
  const Pickle pickle(bytes, source, budget);
  require(pickle.length() == bytes.size(), ExitCode::bad_data,
          "{}: the pickle ends after {} of {} bytes", source, pickle.length(), bytes.size());
  return torch_tensors(pickle, source, budget);
}

}  // namespace

bool looks_like_torch_zip(std::string_view first_bytes) {
  return first_bytes.starts_with("PK\x03\x04");
}

Checkpoint open_torch_zip(const InputFile& file, const Wanted& wanted) {
  const std::string source = file.path().string();
  MemoryBudget budget(file);
  const ZipFile zip(file, budget);
  const std::string root = root_of(zip, source);
  if (const ZipEntry* order = zip.find(root + "/byteorder")) {
    const std::string name = zip.read(*order, 16);
    require(name == "little", ExitCode::bad_data, "{}: has {}-endian numbers, expected little",
            source, printable(name));
  }

  Checkpoint checkpoint;
  checkpoint.source = source;
  checkpoint.metadata["pincel.container"] =
      zip.find(root + "/constants.pkl") != nullptr ? "TorchScript archive" : "torch.save zip";
  const auto tensors = tensors_of(zip, root, budget);
  budget.charge(tensors.size() * kTensorCost);
  TorchTensorReader reader(file, budget);
  for (const TorchTensor& tensor : tensors) {
    const ZipEntry* entry = zip.find(root + "/data/" + tensor.storage);
    require(entry != nullptr && entry->is_stored && entry->size == tensor.storage_bytes(),
            ExitCode::bad_data, "{}: tensor '{}' has {} bytes in storage '{}', the zip holds {}",
            source, printable(tensor.name), tensor.storage_bytes(), printable(tensor.storage),
            entry == nullptr ? 0 : entry->size);
    add_tensor(checkpoint, tensor.name, tensor.shape, tensor.dtype, wanted,
               [&] { return reader.read(tensor, entry->offset); });
  }
  file.expect_unchanged();
  return checkpoint;
}

}  // namespace pincel
