// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/nearest_rows.h"

namespace pincel {

class PictureIndex;

// Whether this program was built with FAISS.
bool has_faiss();

// An approximate index of the rows of a PictureIndex, by FAISS: inverted lists of float16 rows, in
// a file beside the matrix. It finds most of the nearest rows by looking at a share of them.
class FaissIndex {
 public:
  // Error (device) where this program was built without FAISS; (missing input) where none was made
  // of the index as it is now.
  explicit FaissIndex(const PictureIndex& index);
  ~FaissIndex();
  FaissIndex(const FaissIndex&) = delete;
  FaissIndex& operator=(const FaissIndex&) = delete;

  std::vector<NearRow> search(const at::Tensor& query, std::int64_t count, double least) const;

  // Makes the file, or makes it anew. Errors as above.
  static void make(const PictureIndex& index);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pincel
