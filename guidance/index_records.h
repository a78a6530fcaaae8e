// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/database.h"

namespace pincel {

// What made the embeddings of an index.
struct IndexModel {
  std::string name;         // as find_model() takes it
  std::string fingerprint;  // Clip::fingerprint()
  std::int64_t dimension = 0;
};

// By which a file is taken to be the one that was read before.
struct FileStamp {
  std::int64_t size = 0;     // bytes
  std::int64_t changed = 0;  // nanoseconds
  bool operator==(const FileStamp&) const = default;
};

struct IndexedFile {
  std::string path;  // relative to the index's folder where it is inside, else absolute
  FileStamp stamp;
  std::int64_t row = -1;  // of its picture; -1 where it cannot be read
  std::string problem;    // why it cannot
};

// A picture by its content: any number of files hold it, or none any more.
struct IndexedPicture {
  std::int64_t row = 0;
  std::string sum;  // SHA-256, 32 bytes
  int width = 0, height = 0;
};

// The records of an index of pictures, in SQLite: which content has which row of the matrix, which
// files hold it, and how many rows count. Changes belong into a Transaction on database().
class IndexRecords {
 public:
  // Makes the file where it is missing.
  explicit IndexRecords(const std::filesystem::path& path);

  std::optional<IndexModel> model() const;              // nothing in a new one
  std::int64_t rows() const { return number("rows"); }  // those of forgotten pictures included
  std::int64_t generation() const { return number("generation"); }
  std::int64_t pictures() const;
  std::vector<bool> holes() const;  // one a row; empty where there is none

  // Forgets everything there may be; the matrix is that of the next generation.
  void begin_anew(const IndexModel& model);
  void set_rows(std::int64_t rows);
  void add_picture(const IndexedPicture& picture);
  void set_file(const IndexedFile& file);  // new or changed
  void forget_file(const std::string& path);
  // Pictures that no file holds any more lose their record, and their rows become holes.
  std::int64_t forget_orphans();
  // Pictures get the rows 0, 1, ... of a matrix of the next generation, in their order; `move` is
  // told of each (old, new). No holes remain.
  void close_holes(const std::function<void(std::int64_t, std::int64_t)>& move);

  // Files inside a folder, given as files' paths are; "" is all.
  std::vector<IndexedFile> files(const std::string& folder = "") const;
  std::optional<IndexedFile> file(const std::string& path) const;
  std::vector<std::string> files_of(std::int64_t row) const;  // by name
  std::optional<IndexedPicture> picture(std::int64_t row) const;
  std::unordered_map<std::string, std::int64_t> rows_by_sum() const;

  const Database& database() const { return database_; }

 private:
  std::int64_t number(const std::string& column) const;

  Database database_;
};

}  // namespace pincel
