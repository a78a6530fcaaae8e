// SPDX-License-Identifier: MIT
#include "guidance/index_records.h"

#include <utility>

namespace pincel {
namespace {

constexpr std::int64_t kIndexApplication = 0x50434958;  // "PCIX"
constexpr std::int64_t kIndexLayout = 1;

constexpr const char* kIndexTables =
    "CREATE TABLE about (id INTEGER PRIMARY KEY CHECK (id = 0), model TEXT NOT NULL,"
    " fingerprint TEXT NOT NULL, dimension INTEGER NOT NULL, rows INTEGER NOT NULL,"
    " generation INTEGER NOT NULL);"
    "CREATE TABLE picture (row INTEGER PRIMARY KEY, sum BLOB NOT NULL UNIQUE,"
    " width INTEGER NOT NULL, height INTEGER NOT NULL);"
    "CREATE TABLE file (path BLOB PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL,"
    " row INTEGER REFERENCES picture (row) ON UPDATE CASCADE, problem TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX file_row ON file (row);"
    "CREATE TABLE hole (row INTEGER PRIMARY KEY);";

IndexedFile file_in(const Statement& found) {
  return {.path = found.bytes(0),
          .stamp = {.size = found.integer(1), .changed = found.integer(2)},
          .row = found.is_null(3) ? -1 : found.integer(3),
          .problem = found.text(4)};
}

}  // namespace

IndexRecords::IndexRecords(const std::filesystem::path& path)
    : database_(path, kIndexApplication, kIndexLayout) {
  if (database_.version() > 0) return;
  Transaction transaction(database_);
  if (database_.version() == 0) {  // nobody else was quicker
    database_.run(kIndexTables);
    database_.set_version(kIndexLayout);
  }
  transaction.commit();
}

std::int64_t IndexRecords::number(const std::string& column) const {
  auto found = database_.prepare("SELECT " + column + " FROM about");
  return found.next() ? found.integer(0) : 0;
}

std::optional<IndexModel> IndexRecords::model() const {
  auto found = database_.prepare("SELECT model, fingerprint, dimension FROM about");
  if (!found.next()) return std::nullopt;
  return IndexModel{found.text(0), found.text(1), found.integer(2)};
}

std::int64_t IndexRecords::pictures() const {
  auto found = database_.prepare("SELECT rows - (SELECT count(*) FROM hole) FROM about");
  return found.next() ? found.integer(0) : 0;
}

std::vector<bool> IndexRecords::holes() const {
  std::vector<bool> is_hole;
  auto found = database_.prepare("SELECT row FROM hole");
  while (found.next()) {
    if (is_hole.empty()) is_hole.resize(static_cast<std::size_t>(rows()));
    is_hole.at(static_cast<std::size_t>(found.integer(0))) = true;
  }
  return is_hole;
}

void IndexRecords::begin_anew(const IndexModel& model) {
  const std::int64_t next = generation() + 1;
  database_.run("DELETE FROM file; DELETE FROM picture; DELETE FROM hole; DELETE FROM about;");
  database_.prepare("INSERT INTO about VALUES (0, ?, ?, ?, 0, ?)")
      .bind(model.name)
      .bind(model.fingerprint)
      .bind(model.dimension)
      .bind(next)
      .run();
}

void IndexRecords::set_rows(std::int64_t rows) {
  database_.prepare("UPDATE about SET rows = ?").bind(rows).run();
}

void IndexRecords::add_picture(const IndexedPicture& picture) {
  database_.prepare("INSERT INTO picture VALUES (?, ?, ?, ?)")
      .bind(picture.row)
      .bind_bytes(picture.sum)
      .bind(std::int64_t{picture.width})
      .bind(std::int64_t{picture.height})
      .run();
}

void IndexRecords::set_file(const IndexedFile& file) {
  auto insert = database_.prepare("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)");
  insert.bind_bytes(file.path).bind(file.stamp.size).bind(file.stamp.changed);
  if (file.row < 0) {
    insert.bind_nothing();
  } else {
    insert.bind(file.row);
  }
  insert.bind(file.problem).run();
}

void IndexRecords::forget_file(const std::string& path) {
  database_.prepare("DELETE FROM file WHERE path = ?").bind_bytes(path).run();
}

std::int64_t IndexRecords::forget_orphans() {
  constexpr const char* kOrphans =
      "FROM picture WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.row = picture.row)";
  database_.run(std::string("INSERT INTO hole SELECT row ") + kOrphans);
  database_.run(std::string("DELETE ") + kOrphans);
  return database_.changes();
}

void IndexRecords::close_holes(const std::function<void(std::int64_t, std::int64_t)>& move) {
  std::vector<std::int64_t> rows;
  auto found = database_.prepare("SELECT row FROM picture ORDER BY row");
  while (found.next()) rows.push_back(found.integer(0));
  auto update = database_.prepare("UPDATE picture SET row = ? WHERE row = ?");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto next = static_cast<std::int64_t>(i);
    move(rows[i], next);
    if (rows[i] != next) update.bind(next).bind(rows[i]).run();
  }
  database_.run("DELETE FROM hole; UPDATE about SET generation = generation + 1");
  set_rows(static_cast<std::int64_t>(rows.size()));
}

std::vector<IndexedFile> IndexRecords::files(const std::string& folder) const {
  // '0' is the letter after '/'.
  auto found =
      database_.prepare(folder.empty() ? "SELECT path, size, changed, row, problem FROM file"
                                       : "SELECT path, size, changed, row, problem FROM file "
                                         "WHERE path >= ? AND path < ?");
  if (!folder.empty()) found.bind_bytes(folder + "/").bind_bytes(folder + "0");
  std::vector<IndexedFile> list;
  while (found.next()) list.push_back(file_in(found));
  return list;
}

std::optional<IndexedFile> IndexRecords::file(const std::string& path) const {
  auto found =
      database_.prepare("SELECT path, size, changed, row, problem FROM file WHERE path = ?");
  if (!found.bind_bytes(path).next()) return std::nullopt;
  return file_in(found);
}

std::vector<std::string> IndexRecords::files_of(std::int64_t row) const {
  auto found = database_.prepare("SELECT path FROM file WHERE row = ? ORDER BY path");
  found.bind(row);
  std::vector<std::string> paths;
  while (found.next()) paths.push_back(found.bytes(0));
  return paths;
}

std::optional<IndexedPicture> IndexRecords::picture(std::int64_t row) const {
  auto found = database_.prepare("SELECT row, sum, width, height FROM picture WHERE row = ?");
  if (!found.bind(row).next()) return std::nullopt;
  return IndexedPicture{found.integer(0), found.bytes(1), static_cast<int>(found.integer(2)),
                        static_cast<int>(found.integer(3))};
}

std::unordered_map<std::string, std::int64_t> IndexRecords::rows_by_sum() const {
  std::unordered_map<std::string, std::int64_t> rows;
  auto found = database_.prepare("SELECT sum, row FROM picture");
  while (found.next()) rows.emplace(found.bytes(0), found.integer(1));
  return rows;
}

}  // namespace pincel
