// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "core/error.h"
#include "guidance/picture_index.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMovedRows = 8192;  // at a time
constexpr std::int64_t kMostHoles = 4;     // one row in so many, and the matrix is written anew

// The folder of an index, made where it is missing: `folder` itself has to be there.
fs::path made_folder(const IndexPlace& place) {
  std::error_code failure;
  require(fs::is_directory(place.folder, failure), ExitCode::missing_input,
          "{}: is no folder, expected one to keep the index in", place.folder.string());
  fs::create_directory(place.hidden(), failure);
  require(!failure && fs::is_directory(place.hidden()), ExitCode::cannot_create,
          "{}: cannot make this folder: {}; keep the index elsewhere with --index",
          place.hidden().string(), failure ? failure.message() : "a file is in the way");
  return place.hidden();
}

std::string short_print(const std::string& fingerprint) { return fingerprint.substr(0, 12); }

}  // namespace

IndexLock::IndexLock(const IndexPlace& place, double patience) {
  const std::string name = (made_folder(place) / "lock").string();
  descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  const int refused = errno;
  require(descriptor_ >= 0,
          refused == EACCES || refused == EROFS ? ExitCode::permission : ExitCode::cannot_create,
          "{}: cannot be made: {}; keep the index elsewhere with --index", name,
          std::strerror(refused));
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience);
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const bool is_held = error == EWOULDBLOCK || error == EINTR;
    if (is_held && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    ::close(descriptor_);
    fail(is_held ? ExitCode::temporary : ExitCode::io, "{}: {}", place.folder.string(),
         is_held ? "another process is writing to this index; try again when it has ended"
                 : std::strerror(error));
  }
}

IndexLock::~IndexLock() { ::close(descriptor_); }

PictureIndexWriter::PictureIndexWriter(const IndexPlace& place, const Options& options)
    : place_(place), lock_(place, options.patience), records_(place_.records()) {
  const auto made_with = records_.model();
  const bool is_same = made_with && made_with->fingerprint == options.model.fingerprint &&
                       made_with->dimension == options.model.dimension;
  require(
      !made_with || is_same || options.is_rebuilt, ExitCode::bad_value,
      "{}: this index was made with '{}' ({}), not with '{}' ({}), and embeddings of two models "
      "cannot be compared; give that model with --clip, or make the index anew with --rebuild",
      place_.folder.string(), made_with ? made_with->name : "",
      short_print(made_with ? made_with->fingerprint : ""), options.model.name,
      short_print(options.model.fingerprint));
  if (!made_with || options.is_rebuilt) {
    Transaction transaction(records_.database());
    records_.begin_anew(options.model);
    transaction.commit();
  }
  sweep();
  rows_ = std::make_unique<RowWriter>(place_.matrix(records_.generation()), options.model.dimension,
                                      records_.rows());
}

// Matrices of other generations, which a crash may have left, are nobody's any more.
void PictureIndexWriter::sweep() const {
  const fs::path own = place_.matrix(records_.generation());
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(place_.hidden(), ignored)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".f16" && path.filename() != own.filename()) fs::remove(path, ignored);
  }
}

void PictureIndexWriter::add(const std::vector<NewPicture>& pictures, const at::Tensor& embeddings,
                             std::vector<IndexedFile> files) {
  const std::int64_t first = records_.rows();
  rows_->go_back_to(first);
  rows_->append(embeddings);
  Transaction transaction(records_.database());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    records_.add_picture({first + static_cast<std::int64_t>(i), pictures[i].sum, pictures[i].width,
                          pictures[i].height});
  }
  for (IndexedFile& file : files) {
    if (file.row >= 0) file.row += first;
    records_.set_file(file);
  }
  records_.set_rows(rows_->rows());
  transaction.commit();
}

void PictureIndexWriter::set_files(const std::vector<IndexedFile>& files) {
  if (files.empty()) return;
  Transaction transaction(records_.database());
  for (const IndexedFile& file : files) records_.set_file(file);
  transaction.commit();
}

void PictureIndexWriter::forget_files(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  Transaction transaction(records_.database());
  for (const std::string& path : paths) records_.forget_file(path);
  transaction.commit();
}

void PictureIndexWriter::tidy() {
  {
    Transaction transaction(records_.database());
    records_.forget_orphans();
    transaction.commit();
  }
  const std::int64_t rows = records_.rows();
  const std::int64_t holes = rows - records_.pictures();
  if (holes > 0 && holes * kMostHoles >= rows) close_holes();
}

// The new matrix is complete on disk before the records speak of it.
void PictureIndexWriter::close_holes() {
  const std::int64_t length = records_.model()->dimension;
  const RowReader old(place_.matrix(records_.generation()), length, records_.rows());
  const fs::path next = place_.matrix(records_.generation() + 1);
  std::error_code ignored;
  fs::remove(next, ignored);
  auto written = std::make_unique<RowWriter>(next, length, 0);
  Transaction transaction(records_.database());
  std::vector<at::Tensor> block;
  const auto flush = [&] {
    if (!block.empty()) written->append(at::cat(block));
    block.clear();
  };
  records_.close_holes([&](std::int64_t from, std::int64_t) {
    block.push_back(old.read(from, 1));
    if (static_cast<std::int64_t>(block.size()) == kMovedRows) flush();
  });
  flush();
  transaction.commit();
  rows_ = std::move(written);
  sweep();
}

}  // namespace pincel
