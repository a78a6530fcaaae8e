// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/nearest_rows.h"
#include "core/row_file.h"
#include "guidance/index_records.h"

namespace pincel {

// Where the index that is kept in a folder has its files.
struct IndexPlace {
  std::filesystem::path folder;

  std::filesystem::path hidden() const { return folder / ".pincel"; }
  std::filesystem::path records() const { return hidden() / "index.db"; }
  std::filesystem::path matrix(std::int64_t generation) const;
  bool is_made() const;

  // A file's path as the records have it, and back.
  std::string recorded(const std::filesystem::path& path) const;
  std::filesystem::path real(const std::string& recorded) const;
};

// A picture that was looked for.
struct FoundPicture {
  double score = 0;                          // cosine
  std::vector<std::filesystem::path> files;  // all that hold it, by name
  int width = 0, height = 0;
};

// Pictures that are nearly the same, or the same in several files.
struct NearGroup {
  double score = 0;                    // of the least alike pair that joins them
  std::vector<FoundPicture> pictures;  // by their first file
};

// An index as it was when it was opened, whatever others write to it meanwhile.
class PictureIndex {
 public:
  // Error (missing input) where there is none, naming the command that makes one; (bad data) where
  // its files do not fit each other.
  explicit PictureIndex(const IndexPlace& place);
  ~PictureIndex();
  PictureIndex(const PictureIndex&) = delete;
  PictureIndex& operator=(const PictureIndex&) = delete;

  const IndexModel& model() const { return model_; }
  const IndexRecords& records() const { return records_; }
  const IndexPlace& place() const { return place_; }
  std::int64_t pictures() const { return records_.pictures(); }

  // The `count` pictures nearest to a unit query [D] with a score of at least `least`, best first.
  std::vector<FoundPicture> search(const at::Tensor& query, std::int64_t count,
                                   double least = -2) const;
  // The same among given rows, with given scores.
  std::vector<FoundPicture> found(const std::vector<NearRow>& rows) const;
  std::vector<NearGroup> near_groups(double least) const;

  // Error (bad data) unless the database is sound, every picture has one row of its own that is a
  // unit vector, and every row is a picture's or a hole.
  void expect_sound() const;
  const RowReader& rows() const { return *rows_; }
  const std::vector<bool>& holes() const { return holes_; }

 private:
  void open_rows();

  IndexPlace place_;
  IndexRecords records_;
  IndexModel model_;
  std::unique_ptr<RowReader> rows_;
  std::vector<bool> holes_;
};

// Held by the one process that may change an index; it goes when that process ends, however it
// does.
class IndexLock {
 public:
  // Makes the index's hidden folder where it is missing. Error (temporary) where another process
  // has the lock for longer than `patience` seconds.
  IndexLock(const IndexPlace& place, double patience);
  ~IndexLock();
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;

 private:
  int descriptor_ = -1;
};

// The only one that changes an index at a time. Rows are on disk before their records are.
class PictureIndexWriter {
 public:
  // Makes the index where there is none. Error (temporary) where another process writes to it for
  // longer than `patience` seconds; (bad value) where it was made with another model and is not to
  // be `rebuilt`.
  struct Options {
    IndexModel model;
    bool is_rebuilt = false;
    double patience = 0;
  };
  PictureIndexWriter(const IndexPlace& place, const Options& options);

  struct NewPicture {
    std::string sum;  // SHA-256, 32 bytes; of no recorded picture
    int width = 0, height = 0;
  };
  // Pictures with their embeddings [N, D] and files, whose rows are numbers of `pictures` and -1.
  // All of it is recorded, or nothing.
  void add(const std::vector<NewPicture>& pictures, const at::Tensor& embeddings,
           std::vector<IndexedFile> files);
  // Files that hold recorded pictures, or cannot be read.
  void set_files(const std::vector<IndexedFile>& files);
  void forget_files(const std::vector<std::string>& paths);
  // Drops the rows of pictures without a file, where these are many from the matrix too.
  void tidy();

  const IndexRecords& records() const { return records_; }
  const IndexPlace& place() const { return place_; }

 private:
  void sweep() const;
  void close_holes();

  IndexPlace place_;
  IndexLock lock_;
  IndexRecords records_;
  std::unique_ptr<RowWriter> rows_;
};

}  // namespace pincel
