// SPDX-License-Identifier: MIT
// What torch.save wrote before PyTorch 1.6: five pickles (a magic number, the protocol, the sizes
// of the machine's types, the object, the keys of its storages), then every storage with its
// length.
#include <torch/torch.h>

#include <map>

#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/torch_tensors.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kLegacyMagic =
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e";
constexpr std::int64_t kProtocol = 1001;
constexpr std::size_t kMaxPickles = std::size_t{64} << 20U;  // bytes of all of them
constexpr std::uint64_t kStorageCost = 160;                  // bytes of its place, about

// One pickle after the other.
class Stream {
 public:
  Stream(std::string_view bytes, const std::string& source, MemoryBudget& budget)
      : bytes_(bytes), source_(source), budget_(budget) {}
  Pickle next() {
    Pickle pickle(bytes_.substr(at_), source_, budget_);
    at_ += pickle.length();
    return pickle;
  }
  void skip(std::size_t count) { at_ += count; }
  std::size_t position() const { return at_; }

 private:
  std::string_view bytes_;
  const std::string& source_;
  MemoryBudget& budget_;
  std::size_t at_ = 0;
};

struct Storage {
  std::uint64_t start = 0;  // of its bytes in the file
  std::uint64_t bytes = 0;
};

void expect_little_endian(const Pickle& machine, const std::string& source) {
  const PickleRef little = machine.find(machine.root(), "little_endian");
  require(little != kNoValue && machine.at(little).integer == 1, ExitCode::bad_data,
          "{}: has big-endian numbers, expected little", source);
}

// Where each storage lies; together they reach the end of the file. The lengths are in elements,
// whose size the object tells.
std::map<std::string, Storage> find_storages(
    const InputFile& file, const Pickle& keys, std::uint64_t at,
    const std::map<std::string, std::uint64_t>& element_sizes) {
  const std::string source = file.path().string();
  std::map<std::string, Storage> storages;
  require(keys.at(keys.root()).kind == Kind::list, ExitCode::bad_data,
          "{}: has no list of storages", source);
  for (const PickleRef item : keys.at(keys.root()).items) {
    require(keys.at(item).kind == Kind::text, ExitCode::bad_data, "{}: has a storage without a key",
            source);
    const std::string& key = keys.at(item).text;
    std::int64_t elements = 0;
    file.read(at, &elements, sizeof(elements));
    at += sizeof(elements);
    const auto size = element_sizes.find(key);
    require(size != element_sizes.end(), ExitCode::bad_data,
            "{}: storage '{}' is not of a known dtype", source, printable(key));
    const auto left = (file.size() - at) / size->second;
    require(elements >= 0 && static_cast<std::uint64_t>(elements) <= left, ExitCode::bad_data,
            "{}: storage '{}' of {} elements reaches behind the end; is it truncated?", source,
            printable(key), elements);
    const Storage storage{.start = at,
                          .bytes = static_cast<std::uint64_t>(elements) * size->second};
    require(storages.emplace(key, storage).second, ExitCode::bad_data, "{}: has two storages '{}'",
            source, printable(key));
    at += storage.bytes;
  }
  require(at == file.size(), ExitCode::bad_data, "{}: has {} bytes behind its last storage", source,
          file.size() - at);
  return storages;
}

struct DescribedLegacy {
  std::vector<TorchTensor> tensors;
  std::map<std::string, Storage> storages;
};

// The budget is a copy: what the pickles held is free again afterwards.
DescribedLegacy describe_legacy(const InputFile& file, MemoryBudget budget) {
  const std::string source = file.path().string();
  const std::string head = file.head(kMaxPickles);
  budget.charge(head.size());
  Stream stream(head, source, budget);
  stream.skip(kLegacyMagic.size());
  const Pickle protocol = stream.next();
  require(protocol.at(protocol.root()).integer == kProtocol, ExitCode::bad_data,
          "{}: is a torch.save stream of protocol {}, expected {}", source,
          protocol.at(protocol.root()).integer, kProtocol);
  expect_little_endian(stream.next(), source);
  const Pickle object = stream.next();
  const Pickle keys = stream.next();
  const auto sizes = storage_element_sizes(object, source, budget);
  auto storages = find_storages(file, keys, stream.position(), sizes);
  return {.tensors = torch_tensors(object, source, budget), .storages = std::move(storages)};
}

}  // namespace

bool looks_like_torch_legacy(std::string_view first_bytes) {
  return first_bytes.starts_with(kLegacyMagic);
}

Checkpoint open_torch_legacy(const InputFile& file, const Wanted& wanted) {
  const std::string source = file.path().string();
  const DescribedLegacy described = describe_legacy(file, MemoryBudget(file));

  Checkpoint checkpoint;
  checkpoint.source = source;
  checkpoint.metadata["pincel.container"] = "torch.save legacy stream";
  MemoryBudget budget(file);
  budget.charge(described.storages.size() * kStorageCost + described.tensors.size() * kTensorCost);
  TorchTensorReader reader(file, budget);
  for (const TorchTensor& tensor : described.tensors) {
    const auto storage = described.storages.find(tensor.storage);
    require(storage != described.storages.end() && storage->second.bytes == tensor.storage_bytes(),
            ExitCode::bad_data, "{}: tensor '{}' has {} bytes in storage '{}', the file holds {}",
            source, printable(tensor.name), tensor.storage_bytes(), printable(tensor.storage),
            storage == described.storages.end() ? 0 : storage->second.bytes);
    add_tensor(checkpoint, tensor.name, tensor.shape, tensor.dtype, wanted,
               [&] { return reader.read(tensor, storage->second.start); });
  }
  file.expect_unchanged();
  return checkpoint;
}

}  // namespace pincel
