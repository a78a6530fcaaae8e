// SPDX-License-Identifier: MIT
#include "core/checkpoint_parts.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>

#include "core/error.h"

namespace pincel {

const at::Tensor& tensor_in(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.tensors.find(name);
  require(found != checkpoint.tensors.end(), ExitCode::bad_data,
          "{}: tensor '{}' is missing; was it saved by the same program with the same options?",
          checkpoint.source, name);
  return found->second;
}

void put_number(Checkpoint& checkpoint, const std::string& name, double value) {
  checkpoint.metadata[name] = fmt::format("{:.17g}", value);
}

double number_in(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.metadata.find(name);
  char* end = nullptr;
  const double number =
      found == checkpoint.metadata.end() ? 0 : std::strtod(found->second.c_str(), &end);
  const bool is_number = end != nullptr && end != found->second.c_str() && *end == '\0';
  require(is_number, ExitCode::bad_data,
          "{}: '{}' is missing in its metadata or no number; is this a checkpoint to go on from?",
          checkpoint.source, name);
  return number;
}

std::int64_t whole_number_in(const Checkpoint& checkpoint, const std::string& name) {
  const double number = number_in(checkpoint, name);
  require(number == std::floor(number) && std::abs(number) < 9.1e15, ExitCode::bad_data,
          "{}: '{}' is {} in its metadata, expected a whole number", checkpoint.source, name,
          number);
  return static_cast<std::int64_t>(number);
}

void put_generator(Checkpoint& checkpoint, const at::Generator& generator,
                   const std::string& name) {
  checkpoint.tensors[name] = generator.get_state().clone();
}

void take_generator(const Checkpoint& checkpoint, at::Generator& generator,
                    const std::string& name) {
  const at::Tensor& state = tensor_in(checkpoint, name);
  const at::Tensor now = generator.get_state();
  require(state.scalar_type() == at::kByte && state.sizes() == now.sizes(), ExitCode::bad_data,
          "{}: tensor '{}' is no state of a generator", checkpoint.source, name);
  generator.set_state(state);
}

Checkpoint part_of(const Checkpoint& from, const std::string& prefix) {
  Checkpoint part;
  part.source = from.source;
  part.metadata = from.metadata;
  for (auto at = from.tensors.lower_bound(prefix);
       at != from.tensors.end() && at->first.starts_with(prefix); ++at) {
    part.tensors.emplace(at->first.substr(prefix.size()), at->second);
  }
  return part;
}

void put_part(Checkpoint& into, const Checkpoint& part, const std::string& prefix) {
  for (const auto& [name, tensor] : part.tensors) into.tensors[prefix + name] = tensor;
}

}  // namespace pincel
