// SPDX-License-Identifier: MIT
// safetensors: eight bytes of header length, a JSON header, then the tensors without a gap.
// Accepts a subset of what the format's own reader accepts: known fields and dtypes only, no key
// twice, names without control characters. Reads into its own memory, never maps the file, so a
// file cut short while it is read is an Error and not a signal.
#include <torch/torch.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/byte_order.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/safetensors_header.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian");

constexpr std::size_t kLengthBytes = 8;

// What its text and the reading of it held is free again afterwards.
SafetensorsHeader read_header(const InputFile& file, std::size_t length) {
  MemoryBudget budget(file);
  budget.charge(length);
  std::string text(length, '\0');
  file.read(kLengthBytes, text.data(), text.size());
  return parse_safetensors_header(text, file.size() - kLengthBytes - length, file.path().string(),
                                  budget);
}

at::Tensor read_tensor(const InputFile& file, const StoredTensor& stored, std::uint64_t offset) {
  const at::Tensor tensor = torch::empty(stored.shape, stored.dtype);
  const auto bytes = static_cast<std::size_t>(stored.end - stored.begin);
  TORCH_CHECK(tensor.nbytes() == bytes, "tensor of ", tensor.nbytes(), " bytes for ", bytes);
  if (bytes > 0) file.read(offset, tensor.data_ptr(), bytes);
  return tensor;
}

// What is written for one tensor: on the CPU, contiguous, with its place in the file.
struct Placed {
  std::string name;
  at::Tensor tensor;
};

std::string header_text(const std::vector<Placed>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  if (!metadata.empty()) text += "\"__metadata__\":" + nlohmann::json(metadata).dump() + ",";
  std::uint64_t begin = 0;
  for (const Placed& placed : tensors) {
    const std::uint64_t end = begin + placed.tensor.nbytes();
    text += nlohmann::json(placed.name).dump() +
            fmt::format(":{{\"dtype\":\"{}\",\"shape\":{},\"data_offsets\":[{},{}]}},",
                        safetensors_dtype_name(placed.tensor.scalar_type()),
                        nlohmann::json(placed.tensor.sizes().vec()).dump(), begin, end);
    begin = end;
  }
  if (text.back() == ',') text.pop_back();
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

bool looks_like_safetensors(std::string_view first_bytes) {
  return first_bytes.size() > kLengthBytes && first_bytes[kLengthBytes] == '{';
}

Checkpoint open_safetensors(const InputFile& file, const Wanted& wanted) {
  const std::string source = file.path().string();
  require(file.size() >= kLengthBytes, ExitCode::bad_data,
          "{}: is {} bytes long, expected a header", source, file.size());
  const std::uint64_t length = little_endian(file.head(kLengthBytes));
  require(length <= kMaxSafetensorsHeader, ExitCode::bad_data,
          "{}: claims a header of {} bytes, expected at most {}", source, length,
          kMaxSafetensorsHeader);
  require(length <= file.size() - kLengthBytes, ExitCode::bad_data,
          "{}: claims a header of {} bytes, but the file has {}; is it truncated?", source, length,
          file.size());
  SafetensorsHeader header = read_header(file, static_cast<std::size_t>(length));
  const std::uint64_t data = kLengthBytes + length;
  MemoryBudget budget(file);
  budget.charge(header.tensors.size() * kTensorCost);

  Checkpoint checkpoint;
  checkpoint.source = source;
  checkpoint.metadata = std::move(header.metadata);
  for (const StoredTensor& stored : header.tensors) {
    add_tensor(checkpoint, stored.name, stored.shape, stored.dtype, wanted,
               [&] { return read_tensor(file, stored, data + stored.begin); });
  }
  file.expect_unchanged();
  return checkpoint;
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const torch::NoGradGuard no_grad;
  const std::string source = path.string();
  for (const auto& [key, value] : checkpoint.metadata) {
    require(is_utf8(key) && is_utf8(value), ExitCode::bad_data, "{}: metadata '{}' is not UTF-8",
            source, printable(key));
  }
  std::vector<Placed> tensors;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    expect_tensor_name(name, source);
    require(name != "__metadata__", ExitCode::bad_data, "{}: no tensor may be named '{}'", source,
            name);
    require(safetensors_dtype_name(tensor.scalar_type()) != nullptr, ExitCode::bad_data,
            "{}: tensor '{}' has a dtype that safetensors cannot hold: {}", source, name,
            c10::toString(tensor.scalar_type()));
    tensors.push_back({name, tensor.detach().cpu().contiguous()});
  }
  // Wide elements first, then by name: with a padded header every tensor is aligned to its element.
  std::stable_sort(tensors.begin(), tensors.end(), [](const Placed& a, const Placed& b) {
    return a.tensor.element_size() > b.tensor.element_size();
  });
  const std::string text = header_text(tensors, checkpoint.metadata);
  std::string length;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  }
  AtomicFile file(path);
  file.write(length);
  file.write(text);
  for (const Placed& placed : tensors) {
    file.write({static_cast<const char*>(placed.tensor.const_data_ptr()), placed.tensor.nbytes()});
  }
  file.commit();
}

}  // namespace pincel
