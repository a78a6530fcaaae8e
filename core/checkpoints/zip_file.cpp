// SPDX-License-Identifier: MIT
#include "core/checkpoints/zip_file.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "core/byte_order.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kListEntry = 0x02014b50;
constexpr std::uint32_t kEndOfList = 0x06054b50;
constexpr std::uint32_t kEndOfList64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56;
constexpr std::size_t kListEntryBytes = 46, kLocalBytes = 30;
constexpr std::uint64_t kMaxList = std::uint64_t{64} << 20U;
constexpr std::uint64_t kFull16 = 0xFFFF, kFull32 = 0xFFFFFFFF;
constexpr std::uint16_t kEncrypted = 1, kSizesFollow = 8, kExtra64 = 1;
constexpr std::size_t kMaxEntryName = 1024;
constexpr std::uint64_t kEntryCost = 320;  // bytes that an entry takes while it is listed, about

// Little-endian fields of a record, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  bool has(std::size_t count) const { return bytes_.size() - at_ >= count; }
  std::uint64_t next(std::size_t count) { return little_endian(text(count)); }
  std::string_view text(std::size_t count) {
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  void skip(std::size_t count) { at_ += count; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// Fields that are full in a record stand, in this order, in its extra field.
bool widen(std::string_view extra, std::initializer_list<std::uint64_t*> fields) {
  Fields parts(extra);
  while (parts.has(4)) {
    const auto id = parts.next(2);
    const auto size = static_cast<std::size_t>(parts.next(2));
    if (!parts.has(size)) return false;
    Fields wide(parts.text(size));
    if (id != kExtra64) continue;
    for (std::uint64_t* field : fields) {
      if (*field != kFull32) continue;
      if (!wide.has(8)) return false;
      *field = wide.next(8);
    }
    return true;
  }
  return std::none_of(fields.begin(), fields.end(), [](auto* field) { return *field == kFull32; });
}

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxEntryName || !is_utf8(name)) return false;
  if (name.front() == '/' || name.find('\\') != std::string_view::npos) return false;
  const bool has_control = std::any_of(name.begin(), name.end(), [](unsigned char letter) {
    return letter < 0x20 || letter == 0x7f;
  });
  return !has_control && ("/" + std::string(name) + "/").find("/../") == std::string::npos;
}

}  // namespace

ZipFile::ZipFile(const InputFile& file, MemoryBudget& budget) : file_(file) {
  read_list(find_list(), budget);
}

void ZipFile::refuse(const std::string& why) const {
  fail(ExitCode::bad_data, "{}: {}; is it truncated or not a checkpoint?", file_.path().string(),
       why);
}

ZipFile::List ZipFile::find_list() const {
  const std::string tail = file_.tail(kEndBytes + kFull16);
  std::size_t at = tail.size();
  const auto is_end = [&](std::size_t from) {
    Fields fields(std::string_view(tail).substr(from));
    if (!fields.has(kEndBytes) || fields.next(4) != kEndOfList) return false;
    fields.skip(16);
    return fields.next(2) == tail.size() - from - kEndBytes;  // its comment reaches the end
  };
  for (std::size_t from = 0; from + kEndBytes <= tail.size(); ++from) {
    if (!is_end(from)) continue;
    expect(at == tail.size(), "the zip has two ends");
    at = from;
  }
  expect(at != tail.size(), "the zip has no list of its entries at the end");
  const std::uint64_t end = file_.size() - tail.size() + at;
  Fields fields(std::string_view(tail).substr(at + 4));
  expect(fields.next(2) == 0 && fields.next(2) == 0, "the zip is part of several");
  const auto here = fields.next(2);
  List list;
  list.count = fields.next(2);
  list.size = fields.next(4);
  list.offset = fields.next(4);
  expect(here == list.count, "the zip is part of several");

  const bool may_be_wide = end >= kLocatorBytes + kEnd64Bytes;
  std::string locator(may_be_wide ? kLocatorBytes : 0, '\0');
  if (may_be_wide) file_.read(end - kLocatorBytes, locator.data(), locator.size());
  Fields located(locator);
  const bool is_wide = may_be_wide && located.next(4) == kLocator64;
  std::uint64_t list_end = end;
  if (is_wide) {
    const auto disk = located.next(4), offset = located.next(8), disks = located.next(4);
    expect(disk == 0 && disks <= 1, "the zip is part of several");
    expect(offset <= end - kLocatorBytes - kEnd64Bytes, "the zip's long list lies outside of it");
    std::string record(kEnd64Bytes, '\0');
    file_.read(offset, record.data(), record.size());
    Fields wide(record);
    expect(wide.next(4) == kEndOfList64, "the zip's long list is not where it should be");
    expect(wide.next(8) == end - kLocatorBytes - offset - 12, "the zip's long list has a gap");
    wide.skip(4);
    expect(wide.next(4) == 0 && wide.next(4) == 0, "the zip is part of several");
    wide.skip(8);
    const auto count = wide.next(8), size = wide.next(8), start = wide.next(8);
    const auto agree = [](std::uint64_t narrow, std::uint64_t full, std::uint64_t real) {
      return narrow == full || narrow == real;
    };
    expect(agree(list.count, kFull16, count) && agree(list.size, kFull32, size) &&
               agree(list.offset, kFull32, start),
           "the zip's two lists disagree");
    list = {.offset = start, .size = size, .count = count};
    list_end = offset;
  }
  expect(list.offset <= list_end && list.size == list_end - list.offset,
         "the zip's list of {} bytes at {} does not reach its end", list.size, list.offset);
  expect(list.size <= kMaxList, "the zip's list is {} bytes long, expected at most {}", list.size,
         kMaxList);
  expect(list.count <= list.size / kListEntryBytes, "the zip claims {} entries in {} bytes",
         list.count, list.size);
  return list;
}

void ZipFile::read_list(const List& list, MemoryBudget& budget) {
  budget.charge(list.size + list.count * kEntryCost);
  std::string bytes(static_cast<std::size_t>(list.size), '\0');
  if (!bytes.empty()) file_.read(list.offset, bytes.data(), bytes.size());
  Fields fields(bytes);
  std::vector<std::pair<std::uint64_t, ZipEntry>> found;  // offset of its header
  found.reserve(static_cast<std::size_t>(list.count));
  entries_.reserve(static_cast<std::size_t>(list.count));
  for (std::uint64_t i = 0; i < list.count; ++i) {
    expect(fields.has(kListEntryBytes) && fields.next(4) == kListEntry,
           "the zip's list is broken at entry {}", i + 1);
    const auto made_by = fields.next(2);
    fields.skip(2);
    const auto flags = fields.next(2), method = fields.next(2);
    fields.skip(4);
    ZipEntry entry;
    entry.crc = static_cast<std::uint32_t>(fields.next(4));
    entry.size = fields.next(4);
    std::uint64_t whole = fields.next(4);
    const auto name = static_cast<std::size_t>(fields.next(2));
    const auto extra = static_cast<std::size_t>(fields.next(2));
    const auto comment = static_cast<std::size_t>(fields.next(2));
    const auto disk = fields.next(2);
    fields.skip(2);
    const auto attributes = fields.next(4);
    std::uint64_t header = fields.next(4);
    expect(fields.has(name + extra + comment), "the zip's list is broken at entry {}", i + 1);
    budget.charge(2 * name);
    entry.name = fields.text(name);
    expect(is_safe_name(entry.name), "the zip has an entry with the unsafe name '{}'",
           printable(entry.name));
    const std::string shown = printable(entry.name);
    expect(widen(fields.text(extra), {&whole, &entry.size, &header}),
           "the zip's entry '{}' lacks its long sizes", shown);
    fields.skip(comment);
    expect((flags & kEncrypted) == 0, "the zip's entry '{}' is encrypted", shown);
    expect(disk == 0, "the zip's entry '{}' is on another disk", shown);
    expect(method == 0 || method == 8, "the zip's entry '{}' is packed by method {}", shown,
           method);
    const bool is_link = (made_by >> 8U) == 3 && (attributes >> 16U & 0170000U) == 0120000U;
    expect(!is_link, "the zip's entry '{}' is a link", shown);
    entry.is_stored = method == 0;
    expect(!entry.is_stored || entry.size == whole,
           "the zip's entry '{}' is stored with {} of {} bytes", shown, entry.size, whole);
    expect(header < list.offset, "the zip's entry '{}' lies outside of it", shown);
    found.emplace_back(header, std::move(entry));
  }
  expect(!fields.has(1), "the zip's list is longer than its entries");
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& [header, entry] = found[i];
    read_local_header(entry, header, i + 1 < found.size() ? found[i + 1].first : list.offset);
    expect(by_name_.emplace(entry.name, i).second, "the zip has two entries '{}'",
           printable(entry.name));
    entries_.push_back(std::move(entry));
  }
  budget.release(list.size);
}

void ZipFile::read_local_header(ZipEntry& entry, std::uint64_t header, std::uint64_t end) const {
  const std::string shown = printable(entry.name);
  expect(end - header >= kLocalBytes, "the zip's entry '{}' has no header of its own", shown);
  std::string bytes(kLocalBytes, '\0');
  file_.read(header, bytes.data(), bytes.size());
  Fields fields(bytes);
  expect(fields.next(4) == kLocalHeader, "the zip's entry '{}' has no header of its own", shown);
  fields.skip(2);
  const auto flags = fields.next(2), method = fields.next(2);
  fields.skip(4);
  const auto crc = fields.next(4), packed = fields.next(4), whole = fields.next(4);
  const auto name = fields.next(2), extra = fields.next(2);
  expect((flags & kEncrypted) == 0 && (method == 0) == entry.is_stored,
         "the zip's entry '{}' is described in two ways", shown);
  if ((flags & kSizesFollow) == 0) {
    const auto agrees = [&](std::uint64_t size) { return size == kFull32 || size == entry.size; };
    expect(crc == entry.crc && agrees(packed) && (!entry.is_stored || agrees(whole)),
           "the zip's entry '{}' is described in two ways", shown);
  }
  entry.offset = header + kLocalBytes + name + extra;
  expect(entry.offset <= end && entry.size <= end - entry.offset,
         "the zip's entry '{}' of {} bytes shares bytes with the next", shown, entry.size);
  std::string own(static_cast<std::size_t>(name), '\0');
  if (!own.empty()) file_.read(header + kLocalBytes, own.data(), own.size());
  expect(own == entry.name, "the zip's entry '{}' calls itself '{}'", shown, printable(own));
}

const ZipEntry* ZipFile::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::string ZipFile::read(const ZipEntry& entry, std::uint64_t max_bytes) const {
  const std::string shown = printable(entry.name);
  expect(entry.is_stored, "the zip's entry '{}' is compressed", shown);
  expect(entry.size <= max_bytes, "the zip's entry '{}' has {} bytes, expected at most {}", shown,
         entry.size, max_bytes);
  std::string bytes(static_cast<std::size_t>(entry.size), '\0');
  if (!bytes.empty()) file_.read(entry.offset, bytes.data(), bytes.size());
  expect_sum(entry, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  return bytes;
}

void ZipFile::verify(const ZipEntry& entry) const {
  if (!entry.is_stored) return;
  std::string part(std::size_t{1} << 20U, '\0');
  uLong sum = 0;
  for (std::uint64_t at = 0; at < entry.size; at += part.size()) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), entry.size - at));
    file_.read(entry.offset + at, part.data(), count);
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), count);
  }
  expect_sum(entry, sum);
}

void ZipFile::expect_sum(const ZipEntry& entry, std::uint64_t sum) const {
  expect(sum == entry.crc, "the zip's entry '{}' is damaged: its checksum is wrong",
         printable(entry.name));
}

}  // namespace pincel
