// SPDX-License-Identifier: MIT
#include "core/metrics.h"

#include <unistd.h>

#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "pincel-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<nlohmann::json> lines_of(const fs::path& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

std::vector<fs::path> event_files(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) {
      found.push_back(entry.path());
    }
  }
  return found;
}

template <class Number>
Number number_at(const std::string& bytes, std::size_t offset) {
  Number number{};
  REQUIRE(offset + sizeof number <= bytes.size());
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

std::uint32_t masked(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8u; }

// The payloads of a TFRecord file, every checksum checked.
std::vector<std::string> records_of(const fs::path& path) {
  const std::string bytes = bytes_of(path);
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = number_at<std::uint64_t>(bytes, at);
    REQUIRE(number_at<std::uint32_t>(bytes, at + 8) == masked(pincel::crc32c(bytes.substr(at, 8))));
    records.push_back(bytes.substr(at + 12, length));
    REQUIRE(number_at<std::uint32_t>(bytes, at + 12 + length) ==
            masked(pincel::crc32c(records.back())));
    at += 16 + length;
  }
  return records;
}

}  // namespace

TEST_CASE("crc32c gives the published check values", "[metrics]") {
  CHECK(pincel::crc32c("") == 0);
  CHECK(pincel::crc32c("123456789") == 0xe3069283u);
  CHECK(pincel::crc32c(std::string(32, '\0')) == 0x8a9136aau);  // RFC 3720, B.4
  CHECK(pincel::crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
}

TEST_CASE("metrics are one JSON object a line, in the order given", "[metrics]") {
  const TemporaryFolder folder;
  pincel::Metrics metrics(folder.path() / "run", false);
  metrics.add(20, {{"loss", 1.5}, {"accuracy", 0.25}});
  metrics.add(40, {{"loss", std::numeric_limits<double>::quiet_NaN()}});
  const auto lines = lines_of(folder.path() / "run" / "metrics.jsonl");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["step"] == 20);
  CHECK(lines[0]["loss"] == 1.5);
  CHECK(lines[0]["accuracy"] == 0.25);
  CHECK(lines[0]["wall"].is_number());
  CHECK(lines[1]["loss"].is_null());
  CHECK(bytes_of(folder.path() / "run" / "metrics.jsonl").find("\"loss\":1.5,\"accuracy\"") !=
        std::string::npos);
}

TEST_CASE("event records carry version, scalars and pictures", "[metrics]") {
  const TemporaryFolder folder;
  pincel::Metrics metrics(folder.path(), false);
  metrics.add(300, {{"loss", 0.5}});
  metrics.image(300, "sample", "not really a PNG", 20, 10);
  const auto files = event_files(folder.path());
  REQUIRE(files.size() == 1);
  const auto records = records_of(files[0]);
  REQUIRE(records.size() == 3);
  CHECK(records[0].substr(9) ==
        "\x1a\x0d"
        "brain.Event:2");
  // key and double of the wall time, then step 300 as a varint, then the summary
  CHECK(records[1].substr(9) ==
        std::string("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\x00\x00\x00\x3f", 18));
  CHECK(records[2].substr(9) ==
        std::string("\x10\xac\x02\x2a\x24\x0a\x22\x0a\x06sample\x22\x18\x08\x0a\x10\x14\x18\x03"
                    "\x22\x10not really a PNG",
                    41));
}

TEST_CASE("metrics go on after the old lines or start anew, as asked", "[metrics]") {
  const TemporaryFolder folder;
  pincel::Metrics(folder.path(), false).add(1, {{"loss", 3}});
  pincel::Metrics(folder.path(), true).add(2, {{"loss", 2}});
  CHECK(lines_of(folder.path() / "metrics.jsonl").size() == 2);
  CHECK(event_files(folder.path()).size() == 2);
  pincel::Metrics(folder.path(), false).add(1, {{"loss", 9}});
  REQUIRE(lines_of(folder.path() / "metrics.jsonl").size() == 1);
  CHECK(event_files(folder.path()).size() == 1);
}

TEST_CASE("metrics refuse a file where their folder should be", "[metrics]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "taken") << "x";
  CHECK_THROWS_AS(pincel::Metrics(folder.path() / "taken", false), pincel::Error);
}

TEST_CASE("metrics say when the disk is full", "[metrics]") {
  if (!fs::exists("/dev/full")) return;
  const TemporaryFolder folder;
  fs::create_symlink("/dev/full", folder.path() / "metrics.jsonl");
  pincel::Metrics metrics(folder.path(), true);
  CHECK_THROWS_AS(metrics.add(1, {{"loss", 1}}), pincel::Error);
}
