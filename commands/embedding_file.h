// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pincel {

// Where rows of embeddings go, batch by batch: memory does not grow with their number. Nothing is
// at the path before finish(), and everything after it.
class EmbeddingFile {
 public:
  virtual ~EmbeddingFile() = default;
  // Rows [B, D] and what each is of: a path or a text.
  virtual void add(const at::Tensor& rows, const std::vector<std::string>& names) = 0;
  // Of a JSON-lines file: an input that has no row, and why.
  virtual void add_unread(const std::string& name, const std::string& why) = 0;
  virtual void finish() = 0;
};

struct EmbeddingSource {
  std::int64_t dimension = 0;
  std::string what;   // "image" or "text": what the names are of
  std::string model;  // fingerprint of the CLIP
};

// By the name's end: .npy (float32, a row each), .safetensors ("embeddings" [N, D] and "names", a
// line each, as bytes), .jsonl (an object each). Error (bad value) for any other.
std::unique_ptr<EmbeddingFile> make_embedding_file(const std::filesystem::path& path,
                                                   const EmbeddingSource& source);

}  // namespace pincel
