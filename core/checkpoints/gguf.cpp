// SPDX-License-Identifier: MIT
// GGUF versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): key-value
// pairs, then where each tensor lies, then the tensors. Quantised ones come back as float32, blocks
// of 32 values with a half-precision scale each.
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "core/atomic_file.h"
#include "core/byte_order.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/memory_budget.h"
#include "core/checkpoints/safetensors_header.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::uint64_t kMaxHeader = std::uint64_t{64} << 20U;
constexpr std::size_t kMaxGgufRank = 4;
constexpr std::int64_t kMaxGgufSide = std::int64_t{1} << 40U;
constexpr std::int64_t kBlock = 32;
// Bytes that an entry takes while the header is read, about.
constexpr std::uint64_t kPairCost = 256, kInfoCost = 400;
constexpr std::size_t kMaxShown = 4096;  // bytes of a value that goes into the metadata

enum ValueType : std::uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kText,
  kArray,
  kU64,
  kI64,
  kF64
};

struct TensorType {
  std::uint32_t number;
  std::string_view name;
  std::int64_t block;  // values in a block
  std::uint64_t block_bytes;
};

constexpr std::array kTensorTypes = {
    TensorType{0, "F32", 1, 4},        TensorType{1, "F16", 1, 2},
    TensorType{2, "Q4_0", kBlock, 18}, TensorType{3, "Q4_1", kBlock, 20},
    TensorType{6, "Q5_0", kBlock, 22}, TensorType{7, "Q5_1", kBlock, 24},
    TensorType{8, "Q8_0", kBlock, 34}, TensorType{30, "BF16", 1, 2},
};

struct GgufTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // row-major, as PyTorch has it
  std::uint32_t type = 0;
  std::uint64_t offset = 0;  // from the start of the data
};

class Header {
 public:
  Header(const InputFile& file, std::string source)
      : source_(std::move(source)), bytes_(file.head(kMaxHeader)) {}

  void expect(bool holds, std::string_view what) const {
    require(holds, ExitCode::bad_data, "{}: the GGUF header {} (at its byte {})", source_, what,
            at_);
  }

  std::string_view take(std::uint64_t count) {
    expect(count <= bytes_.size() - at_, "is cut short");
    const auto part = std::string_view(bytes_).substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return part;
  }

  std::uint64_t number(std::size_t count) { return little_endian(take(count)); }

  std::string_view text() { return take(number(8)); }

  // The value in words, "" where it is too long for that.
  std::string value(std::uint32_t type, int depth = 0) {
    switch (type) {
      case kU8:
        return std::to_string(number(1));
      case kI8:
        return std::to_string(static_cast<std::int8_t>(number(1)));
      case kU16:
        return std::to_string(number(2));
      case kI16:
        return std::to_string(static_cast<std::int16_t>(number(2)));
      case kU32:
        return std::to_string(number(4));
      case kI32:
        return std::to_string(static_cast<std::int32_t>(number(4)));
      case kF32:
        return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(number(4))));
      case kBool: {
        const auto byte = number(1);
        expect(byte <= 1, "has a bool that is neither 0 nor 1");
        return byte == 1 ? "true" : "false";
      }
      case kText: {
        const auto words = text();
        return words.size() <= kMaxShown && is_utf8(words) ? std::string(words) : "";
      }
      case kU64:
        return std::to_string(number(8));
      case kI64:
        return std::to_string(static_cast<std::int64_t>(number(8)));
      case kF64:
        return fmt::format("{}", std::bit_cast<double>(number(8)));
      case kArray:
        return array(depth);
      default:
        fail(ExitCode::bad_data, "{}: the GGUF header has a value of type {}, expected 0 to 12",
             source_, type);
    }
  }

  // A list of texts whole, one per line; "" for any other list.
  std::string lines() {
    const auto type = static_cast<std::uint32_t>(number(4));
    const auto count = number(8);
    expect(count <= bytes_.size() - at_, "has a list that is longer than itself");
    std::string all;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (type == kText) {
        all.append(text()) += '\n';
      } else {
        value(type, 1);
      }
    }
    return all;
  }

  std::uint64_t position() const { return at_; }
  const std::string& source() const { return source_; }

 private:
  // "[a, b, ...]"; every element takes at least a byte, so the count is bounded by the file.
  std::string array(int depth) {
    expect(depth < 2, "has lists in lists in lists");
    const auto type = static_cast<std::uint32_t>(number(4));
    const auto count = number(8);
    expect(count <= bytes_.size() - at_, "has a list that is longer than itself");
    std::string words;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto word = value(type, depth + 1);
      if (words.size() <= kMaxShown) words += (words.empty() ? "" : ", ") + word;
    }
    return words.size() <= kMaxShown ? "[" + words + "]" : "";
  }

  std::string source_;
  std::string bytes_;
  std::size_t at_ = 0;
};

const TensorType& type_of(const GgufTensor& tensor, const std::string& source) {
  for (const TensorType& type : kTensorTypes) {
    if (type.number == tensor.type) return type;
  }
  fail(ExitCode::bad_data,
       "{}: tensor '{}' is quantised as type {}, expected F32, F16, BF16, Q4, Q5 or Q8_0", source,
       printable(tensor.name), tensor.type);
}

at::ScalarType dtype_of(const TensorType& type) {
  if (type.name == "F16") return at::kHalf;
  return type.name == "BF16" ? at::kBFloat16 : at::kFloat;
}

std::int64_t count_of(const GgufTensor& tensor, const std::string& source) {
  std::int64_t count = 1;
  for (const std::int64_t side : tensor.shape) {
    require(side >= 1 && side <= kMaxGgufSide && !__builtin_mul_overflow(count, side, &count),
            ExitCode::bad_data, "{}: tensor '{}' has a side of {}", source, printable(tensor.name),
            side);
  }
  return count;
}

std::uint64_t bytes_of(const GgufTensor& tensor, const std::string& source) {
  const TensorType& type = type_of(tensor, source);
  const std::int64_t count = count_of(tensor, source);
  const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
  require(row % type.block == 0 && count <= kMaxGgufSide, ExitCode::bad_data,
          "{}: tensor '{}' of {} has rows of {} values, expected a multiple of {}", source,
          printable(tensor.name), type.name, row, type.block);
  return static_cast<std::uint64_t>(count / type.block) * type.block_bytes;
}

GgufTensor read_info(Header& header) {
  GgufTensor tensor;
  tensor.name = header.text();
  const auto rank = header.number(4);
  header.expect(rank <= kMaxGgufRank, "has a tensor of more than four dimensions");
  for (std::uint64_t i = 0; i < rank; ++i) {
    tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(header.number(8)));
  }
  tensor.type = static_cast<std::uint32_t>(header.number(4));
  tensor.offset = header.number(8);
  return tensor;
}

float half_at(const std::uint8_t* bytes) {
  return static_cast<float>(
      c10::Half(static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8U), c10::Half::from_bits()));
}

// One block of 32 values: Q4_0 and Q5_0 are d * (q - middle), Q4_1 and Q5_1 are d * q + m, Q8_0 is
// d * q. Four bits each: the low halves of 16 bytes, then the high ones; a fifth bit lies apart.
void unpack_block(std::string_view type, const std::uint8_t* from, float* to) {
  const float scale = half_at(from);
  from += 2;
  if (type == "Q8_0") {
    for (int i = 0; i < kBlock; ++i)
      to[i] = scale * static_cast<float>(static_cast<std::int8_t>(from[i]));
    return;
  }
  const bool has_fifth = type[1] == '5', has_least = type[3] == '1';
  const float least = has_least ? half_at(from) : 0;
  if (has_least) from += 2;
  std::uint32_t fifth = 0;
  if (has_fifth) {
    for (unsigned i = 0; i < 4; ++i) fifth |= static_cast<std::uint32_t>(from[i]) << (8 * i);
    from += 4;
  }
  const float middle = has_least ? 0 : (has_fifth ? 16 : 8);
  for (unsigned i = 0; i < kBlock; ++i) {
    const unsigned byte = from[i % 16];
    const unsigned low = i < 16 ? byte & 0xFU : byte >> 4U;
    const unsigned code = low | (fifth >> i & 1U) << 4U;
    to[i] = scale * (static_cast<float>(code) - middle) + least;
  }
}

at::Tensor read_values(const InputFile& file, const GgufTensor& tensor, std::uint64_t start) {
  const std::string source = file.path().string();
  const TensorType& type = type_of(tensor, source);
  const at::Tensor values = torch::empty(tensor.shape, dtype_of(type));
  const std::uint64_t bytes = bytes_of(tensor, source);
  if (type.block == 1) {
    if (bytes > 0) file.read(start, values.data_ptr(), static_cast<std::size_t>(bytes));
    return values;
  }
  std::string packed(static_cast<std::size_t>(bytes), '\0');
  file.read(start, packed.data(), packed.size());
  const auto* from = reinterpret_cast<const std::uint8_t*>(packed.data());
  auto* to = values.data_ptr<float>();
  for (std::int64_t block = 0; block < values.numel() / kBlock; ++block) {
    unpack_block(type.name, from, to);
    from += type.block_bytes;
    to += kBlock;
  }
  return values;
}

// Everything before the data of the file.
struct DescribedGguf {
  std::map<std::string, std::string> metadata;
  std::vector<GgufTensor> tensors;
  std::uint64_t alignment = 32;
  std::uint64_t data = 0;  // where the data starts
};

void read_pairs(Header& header, std::uint64_t count, MemoryBudget& budget, DescribedGguf& to) {
  std::set<std::string> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string key(header.text());
    expect_tensor_name(key, header.source());
    const auto type = static_cast<std::uint32_t>(header.number(4));
    const bool is_vocabulary = type == kArray && key.starts_with("tokenizer.ggml.");
    const std::string value = is_vocabulary ? header.lines() : header.value(type);
    budget.charge(kPairCost + 3 * key.size() + value.size());
    header.expect(keys.insert(key).second, "has a key twice");
    if (key == "general.alignment") {
      header.expect(type == kU32, "has an alignment that is no number");
      to.alignment = std::stoull(value);
    }
    if (!value.empty()) to.metadata[key] = value;
  }
}

// Each tensor inside the data, at a multiple of the alignment, and no two of them share a byte.
void expect_apart(const InputFile& file, const DescribedGguf& described) {
  const std::string source = file.path().string();
  const std::uint64_t room = file.size() > described.data ? file.size() - described.data : 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  ranges.reserve(described.tensors.size());
  for (const GgufTensor& tensor : described.tensors) {
    const std::uint64_t bytes = bytes_of(tensor, source);
    require(tensor.offset % described.alignment == 0 && tensor.offset <= room &&
                bytes <= room - tensor.offset,
            ExitCode::bad_data,
            "{}: tensor '{}' of {} bytes at {} reaches behind the end; is it truncated?", source,
            printable(tensor.name), bytes, tensor.offset);
    ranges.emplace_back(tensor.offset, bytes);
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    require(ranges[i - 1].first + ranges[i - 1].second <= ranges[i].first, ExitCode::bad_data,
            "{}: two tensors share the bytes at {}", source, ranges[i].first);
  }
}

// The budget is a copy: what the header's bytes held is free again afterwards.
DescribedGguf describe_gguf(const InputFile& file, MemoryBudget budget) {
  budget.charge(std::min(file.size(), kMaxHeader));
  Header header(file, file.path().string());
  const std::string& source = header.source();
  header.take(4);
  const auto version = header.number(4);
  require(version == 2 || version == 3, ExitCode::bad_data,
          "{}: is GGUF of version {}, expected 2 or 3", source, version);
  const auto tensors = header.number(8), pairs = header.number(8);
  header.expect(tensors <= file.size() / 24 && pairs <= file.size() / 12,
                "lists more than the file can hold");
  DescribedGguf described;
  read_pairs(header, pairs, budget, described);
  const std::uint64_t alignment = described.alignment;
  const bool is_power =
      alignment >= 8 && alignment <= (1U << 20U) && (alignment & (alignment - 1)) == 0;
  require(is_power, ExitCode::bad_data, "{}: aligns tensors to {} bytes, expected a power of two",
          source, alignment);
  described.metadata["pincel.container"] = fmt::format("GGUF {}", version);
  for (std::uint64_t i = 0; i < tensors; ++i) {
    described.tensors.push_back(read_info(header));
    budget.charge(kInfoCost + 2 * described.tensors.back().name.size());
  }
  described.data = (header.position() + alignment - 1) / alignment * alignment;
  return described;
}

}  // namespace

bool looks_like_gguf(std::string_view first_bytes) { return first_bytes.starts_with("GGUF"); }

Checkpoint open_gguf(const InputFile& file, const Wanted& wanted) {
  MemoryBudget budget(file);
  DescribedGguf described = describe_gguf(file, budget);
  expect_apart(file, described);
  // The values are not charged: no two tensors share a byte, and what is quantised has to widen.
  budget.charge(described.tensors.size() * kTensorCost);
  Checkpoint checkpoint;
  checkpoint.source = file.path().string();
  checkpoint.metadata = std::move(described.metadata);
  for (const GgufTensor& tensor : described.tensors) {
    add_tensor(checkpoint, tensor.name, tensor.shape, dtype_of(type_of(tensor, checkpoint.source)),
               wanted, [&] { return read_values(file, tensor, described.data + tensor.offset); });
  }
  file.expect_unchanged();
  return checkpoint;
}

}  // namespace pincel
