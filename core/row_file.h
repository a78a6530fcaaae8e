// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>

#include "core/atomic_file.h"

namespace pincel {

// A matrix on disk: float16 rows of one length from the file's first byte, and nothing else, so
// that numpy.fromfile(file, "<f2").reshape(-1, length) reads it. How many rows count is somebody
// else's record: rows behind those were never finished, and are overwritten.
class RowWriter {
 public:
  // Goes on behind the first `rows`. Makes the file where it is missing; Error (bad data) where it
  // is shorter than that.
  RowWriter(const std::filesystem::path& path, std::int64_t length, std::int64_t rows);
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // [N, length], any floating type; on disk when it returns. Error (io) for a full disk.
  void append(const at::Tensor& rows);
  std::int64_t rows() const { return rows_; }  // that the file holds now
  // Rows that were appended and could not be recorded are to be overwritten.
  void go_back_to(std::int64_t rows) { rows_ = rows; }

 private:
  std::filesystem::path path_;
  std::int64_t length_;
  std::int64_t rows_;
  int descriptor_ = -1;
};

// The first rows of such a file; several threads may read at once.
class RowReader {
 public:
  // Error (bad data) where the file holds fewer.
  RowReader(const std::filesystem::path& path, std::int64_t length, std::int64_t rows);

  std::int64_t rows() const { return rows_; }
  std::int64_t length() const { return length_; }
  // Fills `to` with `count` rows from `first`, float16.
  void read(std::int64_t first, std::int64_t count, std::uint16_t* to) const;
  at::Tensor read(std::int64_t first, std::int64_t count) const;  // [count, length] float32

 private:
  std::int64_t length_;
  std::int64_t rows_;
  InputFile file_;
};

}  // namespace pincel
