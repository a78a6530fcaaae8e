// SPDX-License-Identifier: MIT
#include "core/database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

constexpr int kPatience = 30'000;  // milliseconds that another process may write

ExitCode exit_code_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ExitCode::temporary;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
      return ExitCode::bad_data;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ExitCode::permission;
    case SQLITE_CANTOPEN:
      return ExitCode::cannot_create;
    case SQLITE_NOMEM:
      return ExitCode::memory;
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return ExitCode::io;
    default:
      return ExitCode::internal;
  }
}

const char* advice_for(ExitCode code) {
  switch (code) {
    case ExitCode::temporary:
      return "; another process holds it, try again";
    case ExitCode::bad_data:
      return "; move it away to begin anew";
    default:
      return "";
  }
}

// SQLite would open anything; only a regular file or nothing may be there, and where it cannot be
// made the reason is the system's.
void expect_regular(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    require(S_ISREG(found.st_mode), ExitCode::cannot_create,
            "{}: not a regular file, expected a database or nothing here", path.string());
    return;
  }
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (made >= 0) {
    ::close(made);
    return;
  }
  const int error = errno;
  const ExitCode code = error == EACCES || error == EPERM || error == EROFS ? ExitCode::permission
                        : error == ENOSPC || error == EDQUOT || error == EIO
                            ? ExitCode::io
                            : ExitCode::cannot_create;
  fail(code, "{}: cannot make this database: {}", path.string(), std::strerror(error));
}

}  // namespace

void Statement::Finalise::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v2(database.database_, sql.data(), static_cast<int>(sql.size()),
                                      &made, nullptr);
  statement_.reset(made);
  if (code != SQLITE_OK) database.refuse(code);
}

Statement& Statement::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), ++bound_, value);
  if (code != SQLITE_OK) database_->refuse(code);
  return *this;
}

Statement& Statement::bind(double value) {
  const int code = sqlite3_bind_double(statement_.get(), ++bound_, value);
  if (code != SQLITE_OK) database_->refuse(code);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const int code =
      sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? "" : text.data(), text.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);  // NOLINT(*-old-style-cast)
  if (code != SQLITE_OK) database_->refuse(code);
  return *this;
}

Statement& Statement::bind_bytes(std::string_view bytes) {
  const int code = sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.data(), bytes.size(),
                                       SQLITE_TRANSIENT);  // NOLINT(*-old-style-cast)
  if (code != SQLITE_OK) database_->refuse(code);
  return *this;
}

Statement& Statement::bind_nothing() {
  const int code = sqlite3_bind_null(statement_.get(), ++bound_);
  if (code != SQLITE_OK) database_->refuse(code);
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_.get());
  database_->refuse(code);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr
             ? std::string{}
             : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::run() {
  while (next()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

Database::Database(const std::filesystem::path& path, std::int64_t application,
                   std::int64_t version)
    : path_(path) {
  expect_regular(path_);
  try {
    open(application, version);
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

Database::~Database() { sqlite3_close_v2(database_); }

Database::Database(Database&& other) noexcept
    : path_(std::move(other.path_)), database_(std::exchange(other.database_, nullptr)) {}

void Database::open(std::int64_t application, std::int64_t version) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path_.c_str(), &database_, flags, nullptr);
  if (code != SQLITE_OK) refuse(code);
  sqlite3_busy_timeout(database_, kPatience);
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
  Transaction transaction(*this);
  auto kind = prepare("PRAGMA application_id");
  kind.next();
  const std::int64_t found = kind.integer(0);
  const std::int64_t layout = this->version();
  if (found == 0 && layout == 0) {
    auto tables = prepare("SELECT count(*) FROM sqlite_master");
    tables.next();
    require(tables.integer(0) == 0, ExitCode::bad_data,
            "{}: a database of another program; choose another path", path_.string());
    run(fmt::format("PRAGMA application_id = {}", application));
    transaction.commit();
    return;
  }
  require(found == application, ExitCode::bad_data,
          "{}: a database of another kind (number {}, expected {}); choose another path",
          path_.string(), found, application);
  require(layout <= version, ExitCode::bad_data,
          "{}: layout {} of a newer program, expected at most {}; use that program", path_.string(),
          layout, version);
}

std::int64_t Database::version() const {
  auto found = prepare("PRAGMA user_version");
  found.next();
  return found.integer(0);
}

void Database::set_version(std::int64_t version) {
  run(fmt::format("PRAGMA user_version = {}", version));
}

void Database::run(const std::string& sql) const {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) refuse(code);
}

std::int64_t Database::changes() const { return sqlite3_changes64(database_); }

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_); }

void Database::expect_sound() const {
  auto check = prepare("PRAGMA integrity_check(1)");
  check.next();
  std::string found = check.text(0);
  std::replace(found.begin(), found.end(), '\n', ' ');
  require(found == "ok", ExitCode::bad_data,
          "{}: this database is damaged: {}; move it away to begin anew", path_.string(), found);
}

void Database::refuse(int code) const {
  const ExitCode exit_code = exit_code_of(code);
  const int system = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
  const bool says_more = database_ != nullptr && sqlite3_errcode(database_) != SQLITE_OK;
  std::string reason = says_more ? sqlite3_errmsg(database_) : sqlite3_errstr(code);
  if (exit_code == ExitCode::io && system != 0) {
    reason += ": ";
    reason += std::strerror(system);
  }
  fail(exit_code, "{}: {}{}", path_.string(), reason, advice_for(exit_code));
}

Transaction::Transaction(const Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!is_open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Error&) {  // it was rolled back by the fault itself
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  is_open_ = false;
}

}  // namespace pincel
