// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/checkpoints/memory_budget.h"
#include "core/checkpoints/pickle.h"

namespace pincel {

class InputFile;

// A tensor as torch.save describes it: a strided view of part of a storage, in elements.
struct TorchTensor {
  std::string name;
  c10::ScalarType dtype = c10::ScalarType::Float;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  std::int64_t offset = 0;    // of its first element in the storage
  std::string storage;        // key
  std::int64_t elements = 0;  // of the whole storage

  std::int64_t count() const;  // elements of the tensor
  std::int64_t span() const;   // elements from its first to behind its last
  std::uint64_t storage_bytes() const;
};

// The tensors below the root of what torch.save or torch.jit.save pickled, with the names that
// state_dict() would give them. Of a training checkpoint only its "state_dict" or "model" counts;
// of a whole module its parameters and buffers. Everything else in the file stays unread. Error
// (bad data) for a tensor that its own description does not fit.
std::vector<TorchTensor> torch_tensors(const Pickle& pickle, const std::string& source,
                                       MemoryBudget& budget);

// Bytes of an element of every storage that the pickle refers to, by key.
std::map<std::string, std::uint64_t> storage_element_sizes(const Pickle& pickle,
                                                           const std::string& source,
                                                           MemoryBudget& budget);

// Reads tensors out of one file. The same view of a storage under two names is read once, and its
// memory shared; different views together may not be more than the file.
class TorchTensorReader {
 public:
  TorchTensorReader(const InputFile& file, MemoryBudget& budget) : file_(file), budget_(budget) {}
  // The tensor, contiguous, where the bytes of its storage start at `start` of the file.
  at::Tensor read(const TorchTensor& tensor, std::uint64_t start);

 private:
  // First byte, dtype, shape, strides.
  using View = std::tuple<std::uint64_t, c10::ScalarType, std::vector<std::int64_t>,
                          std::vector<std::int64_t>>;

  const InputFile& file_;
  MemoryBudget& budget_;
  std::map<View, at::Tensor> read_;
};

}  // namespace pincel
