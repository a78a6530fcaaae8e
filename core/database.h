// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace pincel {

class Database;

// One SQL statement with its values; it lives no longer than its database.
class Statement {
 public:
  // Values for the `?` in their order, from the first.
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view text);  // copied
  Statement& bind_bytes(std::string_view bytes);
  Statement& bind_nothing();

  // The next row; false where there is none left. Error as Database says.
  bool next();
  // Of the row, columns from 0; NULL reads as 0 and as empty.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const { return text(column); }
  bool is_null(int column) const;

  // All of its rows are taken and it may be bound anew.
  void run();
  void reset();

 private:
  friend class Database;
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const Database& database, std::string_view sql);

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  int bound_ = 0;
};

// A SQLite file that several processes may use at once: write-ahead log, synced at each commit,
// and half a minute's patience where another one writes. Errors name the file: temporary where it
// stays locked, bad_data where it is corrupt or no database, io for a full disk and the like,
// permission where it may not be written. The only file that includes sqlite3.h is database.cpp.
class Database {
 public:
  // Makes the file where it is missing. `application` is the program's number for this kind of
  // file and `version` the newest layout it knows; a file of another kind or a newer layout is an
  // Error (bad_data).
  Database(const std::filesystem::path& path, std::int64_t application, std::int64_t version);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;

  // The layout in the file; 0 where it was just made. set_version() after it was brought up.
  std::int64_t version() const;
  void set_version(std::int64_t version);

  Statement prepare(std::string_view sql) const { return {*this, sql}; }
  void run(const std::string& sql) const;  // any number of statements, without values
  std::int64_t changes() const;            // rows that the last statement changed
  std::int64_t last_row() const;           // id of the row that was inserted last
  // Error (bad_data) with what SQLite finds wrong with the file.
  void expect_sound() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  friend class Statement;
  [[noreturn]] void refuse(int code) const;
  void open(std::int64_t application, std::int64_t version);

  std::filesystem::path path_;
  sqlite3* database_ = nullptr;
};

// All or nothing: begins at once to write (BEGIN IMMEDIATE), and takes everything back unless
// commit() was called.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool is_open_ = true;
};

}  // namespace pincel
