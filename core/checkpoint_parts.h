// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/checkpoint.h"

namespace pincel {

// The tensor of this name; Error (bad data) where there is none.
const at::Tensor& tensor_in(const Checkpoint& checkpoint, const std::string& name);

// A number in the metadata, written so that it is read back to the last bit. Error (bad data) where
// it is missing or none.
void put_number(Checkpoint& checkpoint, const std::string& name, double value);
double number_in(const Checkpoint& checkpoint, const std::string& name);
std::int64_t whole_number_in(const Checkpoint& checkpoint, const std::string& name);

// State of a generator as a uint8 tensor.
void put_generator(Checkpoint& checkpoint, const at::Generator& generator, const std::string& name);
void take_generator(const Checkpoint& checkpoint, at::Generator& generator,
                    const std::string& name);

// The tensors of `from` below `prefix`, without it (weights apart from optimiser state), and back.
Checkpoint part_of(const Checkpoint& from, const std::string& prefix);
void put_part(Checkpoint& into, const Checkpoint& part, const std::string& prefix);

}  // namespace pincel
