// SPDX-License-Identifier: MIT
#include "commands/embedding_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"

namespace pincel {
namespace {

constexpr std::size_t kCopiedAtOnce = std::size_t{1} << 20;

// Bytes kept in a nameless file in the folder of the output until their number is known.
class Spool {
 public:
  explicit Spool(const std::filesystem::path& output) : output_(output) {
    std::filesystem::path folder = output.parent_path();
    if (folder.empty()) folder = ".";
    descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {  // a file system without nameless files
      std::string name = (folder / ".pincel-XXXXXX").string();
      descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor_ >= 0) ::unlink(name.c_str());
    }
    require(descriptor_ >= 0, ExitCode::cannot_create, "{}: cannot be created: {}", output.string(),
            std::strerror(errno));
  }
  ~Spool() { ::close(descriptor_); }
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  std::size_t size() const { return size_; }

  void write(std::string_view bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      require(count > 0, ExitCode::io, "{}: cannot be written: {}", output_.string(),
              std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void copy_to(AtomicFile& file) const {
    std::string piece(std::min(kCopiedAtOnce, std::max<std::size_t>(size_, 1)), '\0');
    for (std::size_t at = 0; at < size_;) {
      const ssize_t count =
          ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      require(count > 0, ExitCode::io, "{}: what was kept for it cannot be read: {}",
              output_.string(), std::strerror(errno));
      file.write({piece.data(), static_cast<std::size_t>(count)});
      at += static_cast<std::size_t>(count);
    }
  }

 private:
  std::filesystem::path output_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
};

at::Tensor plain_rows(const at::Tensor& rows) {
  return rows.detach().to(torch::kCPU, torch::kFloat).contiguous();
}

std::string_view bytes_of_rows(const at::Tensor& plain) {
  return {static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()};
}

class NpyRows : public EmbeddingFile {
 public:
  NpyRows(std::filesystem::path path, EmbeddingSource source)
      : path_(std::move(path)), source_(std::move(source)), spool_(path_) {}

  void add(const at::Tensor& rows, const std::vector<std::string>& /*names*/) override {
    spool_.write(bytes_of_rows(plain_rows(rows)));
    count_ += rows.size(0);
  }
  void add_unread(const std::string& /*name*/, const std::string& /*why*/) override {}
  void finish() override {
    constexpr std::size_t kAligned = 64;
    const std::string_view magic("\x93NUMPY\x01\x00", 8);
    std::string header =
        fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}, ), }}", count_,
                    source_.dimension);
    header.append((kAligned - (magic.size() + 2 + header.size() + 1) % kAligned) % kAligned, ' ');
    header += '\n';
    AtomicFile file(path_);
    file.write(magic);
    const char length[] = {static_cast<char>(header.size() & 0xFFU),
                           static_cast<char>(header.size() >> 8U)};
    file.write({length, 2});
    file.write(header);
    spool_.copy_to(file);
    file.commit();
  }

 private:
  std::filesystem::path path_;
  EmbeddingSource source_;
  Spool spool_;
  std::int64_t count_ = 0;
};

class SafetensorsRows : public EmbeddingFile {
 public:
  SafetensorsRows(std::filesystem::path path, EmbeddingSource source)
      : path_(std::move(path)), source_(std::move(source)), rows_(path_), names_(path_) {}

  void add(const at::Tensor& rows, const std::vector<std::string>& names) override {
    rows_.write(bytes_of_rows(plain_rows(rows)));
    count_ += rows.size(0);
    for (std::string name : names) {
      std::replace(name.begin(), name.end(), '\n', ' ');
      names_.write(name + "\n");
    }
  }
  void add_unread(const std::string& /*name*/, const std::string& /*why*/) override {}
  void finish() override {
    const std::size_t end = rows_.size() + names_.size();
    nlohmann::ordered_json header;
    header["__metadata__"] = {
        {"format", "pt"}, {"pincel.model", source_.model}, {"pincel.names", source_.what}};
    header["embeddings"] = {{"dtype", "F32"},
                            {"shape", {count_, source_.dimension}},
                            {"data_offsets", {0, rows_.size()}}};
    header["names"] = {
        {"dtype", "U8"}, {"shape", {names_.size()}}, {"data_offsets", {rows_.size(), end}}};
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string length;
    for (unsigned i = 0; i < 8; ++i) length += static_cast<char>(text.size() >> (8 * i) & 0xFFU);
    AtomicFile file(path_);
    file.write(length);
    file.write(text);
    rows_.copy_to(file);
    names_.copy_to(file);
    file.commit();
  }

 private:
  std::filesystem::path path_;
  EmbeddingSource source_;
  Spool rows_, names_;
  std::int64_t count_ = 0;
};

class JsonRows : public EmbeddingFile {
 public:
  JsonRows(const std::filesystem::path& path, EmbeddingSource source)
      : source_(std::move(source)), file_(path) {}

  void add(const at::Tensor& rows, const std::vector<std::string>& names) override {
    const at::Tensor plain = plain_rows(rows);
    const auto* value = plain.const_data_ptr<float>();
    for (const std::string& name : names) {
      std::string line =
          fmt::format("{{\"{}\":{},\"embedding\":[", source_.what, json_text(nlohmann::json(name)));
      for (std::int64_t i = 0; i < source_.dimension; ++i) {
        if (i > 0) line += ',';
        fmt::format_to(std::back_inserter(line), "{}", *value++);  // the shortest that reads back
      }
      file_.write(line + "]}\n");
    }
  }
  void add_unread(const std::string& name, const std::string& why) override {
    file_.write(json_text(nlohmann::ordered_json{{source_.what, name}, {"error", why}}) + "\n");
  }
  void finish() override { file_.commit(); }

 private:
  EmbeddingSource source_;
  AtomicFile file_;
};

}  // namespace

std::unique_ptr<EmbeddingFile> make_embedding_file(const std::filesystem::path& path,
                                                   const EmbeddingSource& source) {
  const std::string end = path.extension().string();
  if (end == ".npy") return std::make_unique<NpyRows>(path, source);
  if (end == ".safetensors") return std::make_unique<SafetensorsRows>(path, source);
  if (end == ".jsonl") return std::make_unique<JsonRows>(path, source);
  fail(ExitCode::bad_value,
       "{}: embeddings are not written as '{}', expected .npy, .safetensors or .jsonl",
       path.string(), end);
}

}  // namespace pincel
