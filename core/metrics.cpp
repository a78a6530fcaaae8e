// SPDX-License-Identifier: MIT
#include "core/metrics.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/json_text.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr char kEventStem[] = "events.out.tfevents.";

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78u : 0u);
    table[i] = value;
  }
  return table;
}

template <class Number>
std::string little_endian(Number number) {
  std::string bytes(sizeof number, '\0');
  for (std::size_t i = 0; i < sizeof number; ++i) {
    bytes[i] = static_cast<char>((number >> (8 * i)) & 0xff);
  }
  return bytes;
}

// A TFRecord checksum: rotated and shifted, so that a record inside a record is not mistaken.
std::string masked_crc(const std::string& bytes) {
  return little_endian(std::rotr(crc32c(bytes), 15) + 0xa282ead8u);
}

// Protocol buffer wire format: fields as key (number * 8 + kind) and content.
std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
  return bytes + static_cast<char>(number);
}

std::string whole_field(std::uint64_t field, std::uint64_t number) {
  return varint(field * 8) + varint(number);
}

std::string bytes_field(std::uint64_t field, const std::string& bytes) {
  return varint(field * 8 + 2) + varint(bytes.size()) + bytes;
}

std::string double_field(unsigned field, double number) {
  return varint(field * 8 + 1) + little_endian(std::bit_cast<std::uint64_t>(number));
}

std::string float_field(unsigned field, float number) {
  return varint(field * 8 + 5) + little_endian(std::bit_cast<std::uint32_t>(number));
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// tensorflow.Event: wall_time = 1, step = 2, then `content`.
std::string event(std::int64_t step, const std::string& content) {
  return double_field(1, unix_seconds()) + whole_field(2, static_cast<std::uint64_t>(step)) +
         content;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

// TensorBoard reads all event files of a folder together, so each start gets its own.
fs::path free_event_path(const fs::path& folder) {
  const std::string stem = fmt::format(
      "{}{}.{}.{}", kEventStem, static_cast<std::int64_t>(unix_seconds()), host_name(), getpid());
  for (int n = 0;; ++n) {
    fs::path path = folder / fmt::format("{}.{}", stem, n);
    if (!fs::exists(path)) return path;
  }
}

void remove_old_events(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(kEventStem)) {
      fs::remove(entry.path(), ignored);
    }
  }
}

std::ofstream open_for_writing(const fs::path& path, std::ios::openmode mode) {
  std::ofstream file(path, std::ios::binary | mode);
  require(file.is_open(), ExitCode::cannot_create, "{}: cannot be written: {}", path.string(),
          std::strerror(errno));
  return file;
}

void expect_written(const std::ofstream& file, const fs::path& path) {
  require(file.good(), ExitCode::io, "{}: could not be written; is the disk full?", path.string());
}

}  // namespace

std::uint32_t crc32c(const std::string& bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t value = 0xffffffffu;
  for (const char byte : bytes) {
    value = kTable[(value ^ static_cast<unsigned char>(byte)) & 0xff] ^ (value >> 8);
  }
  return ~value;
}

Metrics::Metrics(const fs::path& folder, bool append)
    : lines_path_(folder / "metrics.jsonl"), start_(std::chrono::steady_clock::now()) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(fs::is_directory(folder), ExitCode::cannot_create,
          "{}: cannot be made a folder{}; name another one", folder.string(),
          error ? ": " + error.message() : "");
  if (!append) remove_old_events(folder);
  events_path_ = free_event_path(folder);
  lines_ = open_for_writing(lines_path_, append ? std::ios::app : std::ios::trunc);
  events_ = open_for_writing(events_path_, std::ios::trunc);
  write_record(double_field(1, unix_seconds()) + bytes_field(3, "brain.Event:2"));
}

void Metrics::add(std::int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start_;
  nlohmann::ordered_json line;
  line["step"] = step;
  line["wall"] = std::round(wall.count() * 1000) / 1000;
  std::string summary;
  for (const auto& [name, value] : values) {
    line[name] = value;
    // tensorflow.Summary: value = 1 {tag = 1, simple_value = 2}
    summary += bytes_field(1, bytes_field(1, name) + float_field(2, static_cast<float>(value)));
  }
  lines_ << json_text(line) << '\n';
  lines_.flush();
  expect_written(lines_, lines_path_);
  write_record(event(step, bytes_field(5, summary)));
}

void Metrics::image(std::int64_t step, const std::string& name, const std::string& png, int width,
                    int height) {
  // tensorflow.Summary.Image: height = 1, width = 2, colorspace = 3 (3: RGB), encoded = 4
  const std::string image = whole_field(1, static_cast<std::uint64_t>(height)) +
                            whole_field(2, static_cast<std::uint64_t>(width)) + whole_field(3, 3) +
                            bytes_field(4, png);
  const std::string value = bytes_field(1, name) + bytes_field(4, image);
  write_record(event(step, bytes_field(5, bytes_field(1, value))));
}

void Metrics::write_record(const std::string& record) {
  const std::string length = little_endian(static_cast<std::uint64_t>(record.size()));
  events_ << length << masked_crc(length) << record << masked_crc(record);
  events_.flush();
  expect_written(events_, events_path_);
}

}  // namespace pincel
