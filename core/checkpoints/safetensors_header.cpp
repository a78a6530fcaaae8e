// SPDX-License-Identifier: MIT
#include "core/checkpoints/safetensors_header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxHeaderName = 1024;  // bytes
constexpr std::size_t kMaxMetadataEntries = 10'000;
constexpr std::size_t kMaxText = std::size_t{1} << 20;  // bytes of one text, as it is written
constexpr std::uint64_t kStoredCost = 400;    // bytes of a StoredTensor and its name, about
constexpr std::uint64_t kMetadataCost = 160;  // bytes of an entry, about
constexpr std::size_t kMaxHeaderRank = 8;
constexpr std::uint64_t kMaxHeaderSide = std::uint64_t{1} << 40;

struct DtypeName {
  const char* name;
  c10::ScalarType dtype;
};

constexpr std::array kDtypes = {
    DtypeName{"F64", c10::ScalarType::Double}, DtypeName{"F32", c10::ScalarType::Float},
    DtypeName{"F16", c10::ScalarType::Half},   DtypeName{"BF16", c10::ScalarType::BFloat16},
    DtypeName{"I64", c10::ScalarType::Long},   DtypeName{"I32", c10::ScalarType::Int},
    DtypeName{"I16", c10::ScalarType::Short},  DtypeName{"I8", c10::ScalarType::Char},
    DtypeName{"U8", c10::ScalarType::Byte},    DtypeName{"BOOL", c10::ScalarType::Bool},
};

// Accepts exactly {name: {"dtype": string, "shape": [..], "data_offsets": [b, e]},
// "__metadata__": {string: string}}; every other event is an Error where it happens.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(const std::string& source, MemoryBudget& budget)
      : source_(source), budget_(budget) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::root;
    } else if (place_ == Place::root && name_ == "__metadata__") {
      place_ = Place::metadata;
    } else if (place_ == Place::root) {
      expect_tensor_name(name_, source_);
      budget_.charge(kStoredCost);
      place_ = Place::tensor;
      header_.tensors.emplace_back().name = name_;
      offsets_.clear();
      fields_ = 0;
    } else {
      refuse("an object stands where none belongs");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      refuse_if(fields_ != kAllFields, "needs dtype, shape and data_offsets");
      refuse_if(offsets_.size() != 2, "data_offsets must be two numbers");
      header_.tensors.back().begin = offsets_[0];
      header_.tensors.back().end = offsets_[1];
    }
    place_ = place_ == Place::root ? Place::outside : Place::root;
    name_.clear();
    return true;
  }

  bool key(std::string& key) override {
    if (place_ == Place::root) {
      budget_.charge(2 * key.size());
      name_ = key.substr(0, kMaxHeaderName + 1);
      refuse_if(!names_.insert(key).second, "stands twice in the header");
    } else if (place_ == Place::metadata) {
      key_ = key;
      refuse_if(key.size() > kMaxHeaderName, "has a key longer than 1024 bytes");
      refuse_if(header_.metadata.size() >= kMaxMetadataEntries, "has more than 10000 entries");
      budget_.charge(kMetadataCost + 2 * key.size());
      refuse_if(!header_.metadata.emplace(key, "").second, "has the same key twice");
    } else {
      start_field(key);
    }
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::metadata) {
      budget_.charge(2 * value.size());
      header_.metadata[key_] = std::move(value);
      return true;
    }
    refuse_if(place_ != Place::tensor || field_ != kDtype, "a text stands where none belongs");
    const auto* found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                     [&](const DtypeName& entry) { return value == entry.name; });
    if (found == kDtypes.end()) {
      refuse(
          fmt::format("dtype '{}' is not supported, expected F64, F32, F16, BF16, I64, I32, "
                      "I16, I8, U8 or BOOL",
                      printable(value)));
    }
    header_.tensors.back().dtype = found->dtype;
    return true;
  }

  bool start_array(std::size_t) override {
    refuse_if(place_ != Place::tensor || field_ == kDtype, "an array stands where none belongs");
    place_ = Place::array;
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    refuse_if(place_ != Place::array, "a number stands where none belongs");
    if (field_ == kOffsets) {
      refuse_if(offsets_.size() >= 2, "data_offsets must be two numbers");
      offsets_.push_back(value);
      return true;
    }
    std::vector<std::int64_t>& shape = header_.tensors.back().shape;
    refuse_if(shape.size() >= kMaxHeaderRank, "has more than 8 dimensions");
    refuse_if(value > kMaxHeaderSide, "has a dimension above 2^40");
    shape.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool number_integer(std::int64_t) override { refuse("a negative number stands in the header"); }
  bool number_float(double, const std::string&) override {
    refuse("a number in the header is not a whole one below 2^64");
  }
  bool null() override { refuse("null stands in the header"); }
  bool boolean(bool) override { refuse("true or false stands in the header"); }
  bool binary(nlohmann::json::binary_t&) override { refuse("bytes stand in the header"); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fail(ExitCode::bad_data, "{}: the header is not JSON (at byte {})", source_, 8 + position);
  }

 private:
  enum class Place { outside, root, metadata, tensor, array };
  static constexpr unsigned kDtype = 1, kShape = 2, kOffsets = 4;
  static constexpr unsigned kAllFields = kDtype | kShape | kOffsets;

  void start_field(const std::string& key) {
    field_ = key == "dtype"          ? kDtype
             : key == "shape"        ? kShape
             : key == "data_offsets" ? kOffsets
                                     : 0;
    refuse_if(field_ == 0, "has an unknown field");
    refuse_if((fields_ & field_) != 0, "has the same field twice");
    fields_ |= field_;
  }

  void refuse_if(bool is_wrong, const char* what) const {
    if (is_wrong) refuse(what);
  }
  [[noreturn]] void refuse(const std::string& what) const {
    if (name_.empty()) fail(ExitCode::bad_data, "{}: {}", source_, what);
    fail(ExitCode::bad_data, "{}: '{}' {}", source_, printable(name_), what);
  }

  const std::string& source_;
  MemoryBudget& budget_;
  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  Place place_ = Place::outside;
  std::string name_;  // the root key that is being read
  std::string key_;   // the metadata key that is being read
  std::vector<std::uint64_t> offsets_;
  unsigned field_ = 0;
  unsigned fields_ = 0;
};

std::uint64_t checked_bytes(const StoredTensor& tensor, const std::string& source) {
  std::uint64_t elements = 1;
  std::uint64_t strides = 1;  // of the shape with its zeros as ones, which torch multiplies too
  bool fits = true;
  for (const std::int64_t side : tensor.shape) {
    const auto length = static_cast<std::uint64_t>(side);
    fits = fits && !__builtin_mul_overflow(elements, length, &elements) &&
           !__builtin_mul_overflow(strides, std::max<std::uint64_t>(length, 1), &strides);
  }
  std::uint64_t bytes = 0;
  fits = fits && strides <= (std::uint64_t{1} << 60) &&
         !__builtin_mul_overflow(elements, c10::elementSize(tensor.dtype), &bytes);
  require(fits, ExitCode::bad_data, "{}: tensor '{}' has an impossible shape", source,
          printable(tensor.name));
  return bytes;
}

void check_layout(SafetensorsHeader& header, std::uint64_t data_bytes, const std::string& source) {
  for (const StoredTensor& tensor : header.tensors) {
    const std::uint64_t bytes = checked_bytes(tensor, source);
    require(tensor.begin <= tensor.end && tensor.end - tensor.begin == bytes, ExitCode::bad_data,
            "{}: tensor '{}' has data_offsets [{}, {}], but its shape needs {} bytes", source,
            printable(tensor.name), tensor.begin, tensor.end, bytes);
  }
  // Empty tensors share their begin with the one that follows, so the end decides there.
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t next = 0;
  for (const StoredTensor& tensor : header.tensors) {
    require(tensor.begin == next, ExitCode::bad_data,
            "{}: tensor '{}' begins at {} of the data, {} {}", source, printable(tensor.name),
            tensor.begin,
            tensor.begin < next ? "inside of the one before, which ends at"
                                : "with a hole after the one before, which ends at",
            next);
    next = tensor.end;
  }
  require(next == data_bytes, ExitCode::bad_data,
          "{}: holds {} bytes of data, but its header describes {}; {}", source, data_bytes, next,
          data_bytes < next ? "the file is truncated" : "something was appended");
}

// The parser gathers a whole text before it says what it is.
void expect_short_texts(std::string_view text, const std::string& source) {
  bool is_inside = false;
  for (std::size_t at = 0, start = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      is_inside = !is_inside;
      start = at;
    } else if (is_inside && text[at] == '\\') {
      ++at;
    }
    require(!is_inside || at - start <= kMaxText, ExitCode::bad_data,
            "{}: the header has a text of more than {} bytes", source, kMaxText);
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const std::string& source, MemoryBudget& budget) {
  require(text.starts_with('{'), ExitCode::bad_data, "{}: the header does not start with '{{'",
          source);
  // nlohmann takes NUL for the end of the text, and any blank as padding.
  const std::size_t last = text.find_last_not_of(' ');
  require(text[last] == '}' && text.find('\0') == std::string_view::npos, ExitCode::bad_data,
          "{}: the header does not end with '}}' and spaces", source);
  require(is_utf8(text), ExitCode::bad_data, "{}: the header is not UTF-8", source);
  expect_short_texts(text, source);
  HeaderReader reader(source, budget);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  SafetensorsHeader header = reader.take();
  check_layout(header, data_bytes, source);
  return header;
}

const char* safetensors_dtype_name(c10::ScalarType dtype) {
  const auto* found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                   [&](const DtypeName& entry) { return entry.dtype == dtype; });
  return found == kDtypes.end() ? nullptr : found->name;
}

void expect_tensor_name(std::string_view name, const std::string& source) {
  const bool has_control = std::any_of(name.begin(), name.end(), [](unsigned char letter) {
    return letter < 0x20 || letter == 0x7F;
  });
  require(!name.empty() && name.size() <= kMaxHeaderName && !has_control && is_utf8(name),
          ExitCode::bad_data,
          "{}: '{}' cannot name a tensor, expected 1 to 1024 bytes without control characters",
          source, printable(name));
}

}  // namespace pincel
