// SPDX-License-Identifier: MIT
#include "core/npy.h"

#include <torch/torch.h>

#include "core/atomic_file.h"
#include "core/error.h"

namespace pincel {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::string_view kNpyMagic("\x93NUMPY\x01\x00", 8);

}  // namespace

void write_npy(const std::filesystem::path& path, const at::Tensor& tensor) {
  const bool is_float = tensor.scalar_type() == at::kFloat;
  require(is_float || tensor.scalar_type() == at::kLong, ExitCode::internal,
          "{}: a tensor of {}, expected float32 or int64", path.string(),
          c10::toString(tensor.scalar_type()));
  const auto plain = tensor.detach().cpu().contiguous();
  std::string shape;
  for (const auto side : plain.sizes()) shape += std::to_string(side) + ", ";
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                   is_float ? "<f4" : "<i8", shape);
  const auto used = kNpyMagic.size() + 2 + header.size() + 1;
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';
  AtomicFile file(path);
  file.write(kNpyMagic);
  const char length[] = {static_cast<char>(header.size() & 0xFFU),
                         static_cast<char>(header.size() >> 8U)};
  file.write({length, 2});
  file.write(header);
  file.write({static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()});
  file.commit();
}

}  // namespace pincel
