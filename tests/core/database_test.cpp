// SPDX-License-Identifier: MIT
#include "core/database.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::database_test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kKind = 77;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("pincel_database_" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

ExitCode code_of(const auto& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::ok;
}

TEST_CASE("what is committed is there again, what is not is gone", "[database]") {
  const Folder folder;
  const fs::path file = folder.path / "list.db";
  {
    Database database(file, kKind, 1);
    CHECK(database.version() == 0);
    database.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, size REAL, bytes BLOB)");
    database.set_version(1);
    auto insert = database.prepare("INSERT INTO thing (name, size, bytes) VALUES (?, ?, ?)");
    const std::string zeros("a\0b", 3);
    insert.bind("one").bind(1.5).bind_bytes(zeros).run();
    CHECK(database.last_row() == 1);
    {
      const Transaction taken_back(database);
      insert.bind("two").bind(2.5).bind_nothing().run();
    }
    Transaction kept(database);
    insert.bind("three").bind(3.5).bind_nothing().run();
    kept.commit();
  }
  Database database(file, kKind, 1);
  CHECK(database.version() == 1);
  auto rows = database.prepare("SELECT name, size, bytes FROM thing ORDER BY id");
  REQUIRE(rows.next());
  CHECK(rows.text(0) == "one");
  CHECK(rows.real(1) == 1.5);
  CHECK(rows.bytes(2) == std::string("a\0b", 3));
  REQUIRE(rows.next());
  CHECK(rows.text(0) == "three");
  CHECK(rows.is_null(2));
  CHECK_FALSE(rows.next());
  database.expect_sound();
}

TEST_CASE("a file that is no database of this kind is refused, and left as it is", "[database]") {
  const Folder folder;
  const fs::path file = folder.path / "list.db";
  const std::string words =
      "these are words, and many of them, but no database at all: " + std::string(200, '.');
  write_file_atomically(file, words);
  CHECK(code_of([&] { Database(file, kKind, 1); }) == ExitCode::bad_data);
  CHECK(read_whole_file(file, 1000) == words);

  const fs::path other = folder.path / "other.db";
  { const Database made(other, kKind + 1, 1); }
  CHECK(code_of([&] { Database(other, kKind, 1); }) == ExitCode::bad_data);

  const fs::path newer = folder.path / "newer.db";
  {
    Database made(newer, kKind, 2);
    made.set_version(2);
  }
  CHECK(code_of([&] { Database(newer, kKind, 1); }) == ExitCode::bad_data);
  CHECK(code_of([&] { Database(folder.path, kKind, 1); }) == ExitCode::cannot_create);
  CHECK(code_of([&] { Database(folder.path / "no" / "x.db", kKind, 1); }) ==
        ExitCode::cannot_create);
}

TEST_CASE("a damaged database says so", "[database]") {
  const Folder folder;
  const fs::path file = folder.path / "list.db";
  {
    const Database database(file, kKind, 1);
    database.run("CREATE TABLE thing (name TEXT)");
    auto insert = database.prepare("INSERT INTO thing VALUES (?)");
    for (int i = 0; i < 2000; ++i) insert.bind(std::string(40, 'x')).run();
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  {
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(8192);
    damage << std::string(3 * 4096, '\x7f');
  }
  CHECK(code_of([&] {
          const Database database(file, kKind, 1);
          database.expect_sound();
        }) == ExitCode::bad_data);
}

}  // namespace
}  // namespace pincel::database_test
